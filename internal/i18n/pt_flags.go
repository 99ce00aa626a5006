package i18n

func ptFlags() map[string]FlagText {
	return map[string]FlagText{
		"strategy":      {"NOME", "tipo de lugar: local (uma pasta) ou s3", "local, ou s3 quando há um bucket"},
		"bucket":        {"NOME", "bucket do S3 onde fica o repositório", ""},
		"prefix":        {"CAMINHO", "pasta dentro do bucket", "a raiz do bucket"},
		"repository":    {"URL", "o lugar inteiro de uma vez: s3://bucket/prefixo, ou uma pasta", "um repositório na sua pasta de dados"},
		"region":        {"NOME", "região do bucket", "descoberta sozinha"},
		"endpoint":      {"URL", "endereço de um serviço compatível com S3; também AWS_ENDPOINT_URL", "o da Amazon"},
		"aws-profile":   {"NOME", "perfil de ~/.aws/config de onde vêm as credenciais", "as regras da própria AWS"},
		"storage-class": {"CLASSE", "classe de armazenamento do que é enviado, como STANDARD_IA", "a do bucket"},
		"sse":           {"TIPO", "criptografia feita pelo próprio S3, além da nossa: none, AES256, aws:kms ou aws:kms:dsse", "a do bucket"},
		"sse-kms-key":   {"CHAVE", "chave do KMS para --sse=aws:kms", "a da conta"},
		"lock":          {"PRAZO", "Object Lock do S3: ninguém apaga por esse prazo o que for gravado agora, como 30d; de 1d a 10a", "a do bucket"},
		"lock-mode":     {"MODO", "com --trava: governanca (quem tem um direito especial a desfaz) ou conformidade (ninguém a desfaz)", ""},
		"as-of":         {"MOMENTO", "o repositório como estava em uma data, ou há um tempo como 2h ou 3d; o bucket precisa guardar versões", "agora"},

		"project": {"NOME", "o projeto: o nome dele num backup, ou qual deles no resto", "o da pasta atual"},
		"all":     {"", "snapshots de todos os projetos, não só deste", ""},

		"restore":   {"", "restaura em vez de salvar", ""},
		"snapshot":  {"QUAL", "o snapshot: ultimo, os primeiros dígitos do id, ou uma data, como ontem", "o último"},
		"to":        {"PASTA", "pasta onde gravar", "a pasta atual"},
		"overwrite": {"", "substitui o que for diferente sem perguntar; o estado atual é salvo antes", ""},

		"exclude":         {"PADRÃO", "deixa de fora o que casar, na sintaxe do .gitignore; pode ser repetida", ""},
		"include":         {"PADRÃO", "inclui o que casar, mesmo que algo exclua; numa restauração, só o que casar; pode ser repetida", "tudo"},
		"one-file-system": {"", "não sai do disco do projeto", ""},
		"max-size":        {"TAMANHO", "deixa de fora arquivos maiores que isto, como 500MB", "sem limite"},
		"compression":     {"NÍVEL", "auto, rapida, padrao, maxima ou nenhuma; auto comprime tanto quanto não custa tempo", ""},
		"tag":             {"PALAVRA", "marca o snapshot com uma palavra; pode ser repetida", ""},

		"retain": {"QUANDO", "depois de um backup, descarta os snapshots antigos deste projeto e dispositivo que \"reter\" descartaria, e então as opções --manter dele valem aqui: auto ou off", ""},

		"parity": {"PARTE", "de um repositório novo: quanto de cada pacote pode se perder e ser consertado, como 2%; veja o comando paridade", "nenhuma"},

		"keep-last":    {"N", "mantém os N últimos snapshots de cada projeto e dispositivo; 0 desliga uma regra", ""},
		"keep-hourly":  {"N", "mantém o último de cada hora, nas N últimas horas que têm algum", ""},
		"keep-daily":   {"N", "mantém o último de cada dia, do mesmo jeito", ""},
		"keep-weekly":  {"N", "mantém o último de cada semana", ""},
		"keep-monthly": {"N", "mantém o último de cada mês", ""},
		"keep-yearly":  {"N", "mantém o último de cada ano", ""},
		"keep-within":  {"TEMPO", "mantém todos os que são no máximo tanto mais antigos que o mais novo: 30d, 8s, 6m, 1a", ""},
		"keep-tag":     {"PALAVRA", "mantém todos os marcados com essa --etiqueta; pode ser repetida", ""},
		"keep-safety":  {"TEMPO", "por quanto tempo manter o que as restaurações salvaram antes de substituir", ""},

		"max-unused":  {"PARTE", "dados sem uso que podem ficar em pacotes usados em parte, como 5% ou 500MB", ""},
		"max-rewrite": {"TAMANHO", "copia no máximo esse tanto numa execução", "sem limite"},
		"prices":      {"LISTA", "o que o lugar cobra, se não é conhecido ou difere, como \"armazenamento=0,12 gravacao=0,02 leitura=0,002 transferencia=0,4 moeda=BRL\" (um GB por mês, mil requisições, mil requisições, um GB)", "os conhecidos do lugar"},
		"grace":       {"TEMPO", "por quanto tempo o que foi marcado fica antes de ser apagado, como 12h ou 2d", ""},

		"from": {"REPOSITÓRIO", "procura o que falta também neste segundo repositório: uma pasta, ou s3://bucket/prefixo", ""},

		"data":   {"PARTE", "lê e confere essa parte dos dados guardados: 100%, 5% ou 2GB", "só a estrutura"},
		"sample": {"N", "restaura N arquivos ao acaso, como teste, e compara", ""},

		"set":   {"PARTE", "quanto de cada pacote pode se perder e ser consertado daqui em diante, como 2%, ou off", "como está"},
		"check": {"", "lê cada pacote e a paridade dele, conserta o que está danificado, e grava de novo a paridade errada", ""},

		"label":      {"TEXTO", "nome da chave nova, para pessoas", "o nome desta máquina"},
		"write-only": {"", "a chave nova consegue salvar, mas não ler nada de volta", ""},

		"dry-run":  {"", "mostra o que seria feito, e não muda nada no projeto nem no repositório", ""},
		"parallel": {"N", "quantos arquivos tratar ao mesmo tempo, até 256", "conforme os processadores"},

		"json":    {"", "imprime um objeto JSON por linha", ""},
		"quiet":   {"", "imprime só os erros, e aquilo sobre o que pergunta", ""},
		"verbose": {"", "imprime mais: requisições, arquivos excluídos, detalhes técnicos", ""},
		"yes":     {"", "faz tudo sem perguntar: vale como sim a todas as perguntas", ""},
		"lang":    {"IDIOMA", "idioma: en ou pt-BR", "o do sistema"},

		"version": {"", "mostra a versão", ""},
	}
}
