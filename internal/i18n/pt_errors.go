package i18n

import (
	"maps"

	"backup_projeto/internal/core"
)

func ptErrors() map[core.Code]ErrorText {
	all := ptUsageErrors()
	maps.Copy(all, ptKeyErrors())
	maps.Copy(all, ptStoreErrors())
	maps.Copy(all, ptS3Errors())
	maps.Copy(all, ptWorkErrors())
	maps.Copy(all, ptVerifyErrors())
	maps.Copy(all, ptRestoreErrors())
	maps.Copy(all, ptRetainErrors())
	maps.Copy(all, ptPruneErrors())
	maps.Copy(all, ptParityErrors())
	maps.Copy(all, ptRepairErrors())
	return all
}

func ptUsageErrors() map[core.Code]ErrorText {
	const help = "Veja a ajuda: backup_projeto --ajuda"
	return map[core.Code]ErrorText{
		"usage":            {"isto não pode ser usado", help},
		"unknown-flag":     {"não existe a opção {value}", "[[Você quis dizer {near}? ]]As opções do comando: backup_projeto{subject} --ajuda"},
		"flag-sim":         {"--sim pode querer dizer simular ou responder sim, e por isso não é uma opção", "Escreva[[ {near} para só ver o que seria feito, ou]] {other} (-y) para fazer sem perguntas."},
		"flag-elsewhere":   {"{value} não é uma opção deste comando, e sim de {list}", "Tire-a. As opções do comando: backup_projeto{subject} --ajuda"},
		"unknown-letter":   {"não existe a opção -{value}", "[[Você quis dizer {near}? ]]As opções do comando: backup_projeto{subject} --ajuda"},
		"flag-value":       {"falta o valor de {value}", "Escreva assim: {value}={other}"},
		"flag-syntax":      {"{value} não é um jeito de escrever uma opção", "Escreva --nome ou --nome=valor; -- sozinho encerra as opções."},
		"unknown-command":  {"não existe o comando \"{value}\"", "[[Você quis dizer {near}? ]]Os comandos: backup_projeto{subject} --ajuda"},
		"missing-command":  {"falta dizer qual comando de chaves", "Os comandos: backup_projeto{subject} --ajuda"},
		"extra-argument":   {"\"{value}\" é um argumento a mais", "O uso é: backup_projeto{subject} {other}"},
		"missing-argument": {"falta um argumento", "O uso é: backup_projeto{subject} {other}"},
		"twins-differ":     {"{subject} e {other} são a mesma opção, com valores diferentes", "Deixe só uma das duas."},
		"flags-conflict":   {"{subject} e {other} não combinam", "Tire uma delas."},
		"flag-needs":       {"{subject} só faz sentido com {other}", "Acrescente {other}, ou tire {subject}."},
		"only-s3":          {"{subject} só faz sentido no S3", "Acrescente --estrategia=s3, ou tire {subject}."},
		"unknown-strategy": {"{subject}: não existe a estratégia \"{value}\"", "[[Você quis dizer {near}? ]]As estratégias são {list}."},
		"unknown-address": {"{subject}: \"{value}\" não é um endereço que este programa conheça",
			"[[Você quis dizer {near}? ]]Escreva s3://bucket/prefixo, ou uma pasta como /mnt/backup."},
		"missing-bucket": {"a estratégia s3 precisa de um bucket", "Acrescente --bucket=NOME, ou defina BACKUP_PROJETO_BUCKET."},
		"bad-bucket": {"{subject}: o S3 não aceita \"{value}\" como nome de bucket",
			"O nome tem de 3 a 63 letras minúsculas, dígitos, pontos e hifens, começa e termina com letra ou dígito e não é um endereço IP."},
		"bad-prefix":   {"{subject}: \"{value}\" não pode ser uma pasta num bucket", "Escreva como pasta/subpasta, sem \"..\", partes vazias nem barras invertidas."},
		"bad-endpoint": {"{subject}: \"{value}\" não é o endereço de um serviço", "Escreva como https://servidor ou http://servidor:porta, sem usuário, senha ou consulta."},
		"cold-class": {"{subject}: o que está em {value} só pode ser lido depois de horas de espera",
			"Um backup precisa ler o próprio índice; use uma destas: {list}."},
		"unknown-class": {"{subject}: o S3 não tem a classe de armazenamento \"{value}\"", "[[Você quis dizer {near}? ]]As classes são {list}."},
		"unknown-lang":  {"{subject}: este programa não fala \"{value}\"", "Ele fala {list}."},
		"value-choice":  {"{subject}: \"{value}\" não é uma das escolhas", "[[Você quis dizer {near}? ]]As escolhas são {list}."},
		"value-bool":    {"{subject}: \"{value}\" não é sim nem não", "Escreva true ou false, ou só a opção."},
		"value-size":    {"{subject}: \"{value}\" não é um tamanho", "Escreva como 500MB, 1,5GB ou 2GiB; um número sozinho conta bytes."},
		"value-share":   {"{subject}: \"{value}\" não é uma porcentagem nem um tamanho", "Escreva como 100%, 5% ou 2GB."},
		"value-parity":  {"{subject}: \"{value}\" não é uma parte de um pacote", "Escreva como 2%, até 100%, ou off."},
		"value-prices":  {"{subject}: \"{value}\" não é uma lista de preços", "Escreva como \"armazenamento=0,0405 gravacao=0,007 leitura=0,00056 transferencia=0,15 moeda=USD\": um GB por mês, mil requisições, mil requisições, um GB."},
		"value-age":     {"{subject}: \"{value}\" não é um período de tempo", "Escreva como 12h, 30d, 8s (semanas), 6m (meses), 1a ou 1a6m."},
		"lock-range":    {"{subject}: \"{value}\" não é um prazo de 1 dia a 10 anos", "Escreva como 30d, 6m ou 1a. Uma trava não se desfaz, por isso as mais longas são recusadas."},
		"bad-moment":    {"{subject}: \"{value}\" não é um momento", "Escreva uma data como ontem, 20/11/2026 ou \"20/11/2026 18:30\", ou há quanto tempo: 2h, 3d."},
		"policy-empty":  {"estas opções não manteriam nenhum snapshot", "Ponha pelo menos uma das opções --manter acima de 0."},
		"value-range":   {"{subject}: \"{value}\" não é um número entre {list}", "Escreva um número inteiro entre {list}."},
		"value-empty":   {"{subject} está sem valor", "Dê um valor, ou tire a opção."},
		"value-text":    {"{subject}: \"{value}\" tem caracteres que não podem ser usados aqui", "Use letras, dígitos e pontuação comum, numa linha só."},
		"bad-pattern": {"o padrão \"{subject}\" nunca corresponderia a nada",
			"Escreva como em um .gitignore, a partir da pasta do projeto: sem ./ nem .., sem nome vazio, todo [ fechado."},
		"bad-snapshot": {"{subject}: \"{value}\" não escolhe um snapshot",
			"Escreva ultimo, pelo menos 4 dígitos de um id, ou uma data como ontem, 20/11/2026 ou \"20/11/2026 18:30\". Para vê-los: backup_projeto{place} historico"},
	}
}

func ptKeyErrors() map[core.Code]ErrorText {
	const ways = "Defina BACKUP_PROJETO_SENHA ou BACKUP_PROJETO_CODIGO_RECUPERACAO (ou os _ARQUIVO deles), ou rode num terminal."
	return map[core.Code]ErrorText{
		"no-home":            {"este usuário não tem pasta pessoal, e por isso não há lugar para chaves e caches", "Defina HOME, ou XDG_CONFIG_HOME, XDG_DATA_HOME e XDG_CACHE_HOME juntas, com caminhos completos."},
		"no-repository":      {"não há repositório em {subject}", "Confira as opções do lugar, ou crie um com o primeiro backup: backup_projeto{place}"},
		"config-missing":     {"há dados de um repositório aqui, mas a configuração dele sumiu", "Faça-a de novo, com qualquer chave do repositório: backup_projeto reparar{place}. Não se faz um repositório novo sobre um antigo; para um em outro lugar, mude o lugar."},
		"keys-alone":         {"só há chaves de um repositório aqui: a configuração dele sumiu, e tudo o que ele guardava", "A criação dele foi interrompida, ou o resto foi apagado. Com qualquer chave dele, faça a configuração de novo: backup_projeto reparar{place}. Não se faz um repositório novo ao lado das chaves de um antigo; se ninguém tem uma delas, mude o lugar ou esvazie-o."},
		"config-damaged":     {"o repositório está danificado: a configuração não é a que foi gravada", "Faça-a de novo, com qualquer chave do repositório: backup_projeto reparar{place}"},
		"slot-damaged":       {"[[{subject}: ]]esta chave do repositório está danificada, e não abre nada", "Ponha-a em ordem: backup_projeto reparar{place}. Se esta máquina não tem cópia dela, abra com outra para isso: defina BACKUP_PROJETO_CODIGO_RECUPERACAO ou BACKUP_PROJETO_SENHA, ou rode num terminal."},
		"newer-format":       {"o repositório foi feito por uma versão mais nova do programa", "Instale o backup_projeto mais novo."},
		"wrong-key":          {"[[{subject}: ]]isto não abre nenhuma chave do repositório", "Confira o lugar e depois a senha ou o código de recuperação; eles são de um só repositório."},
		"no-slot":            {"[[{subject}: ]]o repositório não tem chave desse tipo, ou ela foi removida", "Abra com outra: defina BACKUP_PROJETO_CODIGO_RECUPERACAO ou BACKUP_PROJETO_SENHA, ou digite quando for perguntado."},
		"key-ended":          {"[[{subject}: ]]a chave desta máquina não está mais no repositório: foi removida ou revogada", "Peça uma nova a quem cuida do repositório: backup_projeto chave adicionar dispositivo ARQUIVO{place}. Ou abra com outra: defina BACKUP_PROJETO_CODIGO_RECUPERACAO ou BACKUP_PROJETO_SENHA, ou digite quando for perguntado."},
		"key-lost":           {"[[{subject}: ]]a chave desta máquina não está no repositório, embora ninguém a tenha removido ou revogado", "Confira o lugar. Se estiver certo, uma máquina que ainda abre o repositório talvez possa repor a chave: backup_projeto reparar{place}. Ou abra com outra: defina BACKUP_PROJETO_CODIGO_RECUPERACAO ou BACKUP_PROJETO_SENHA, ou digite quando for perguntado."},
		"write-only":         {"a chave desta máquina só consegue salvar, e não lê nada de volta", "Abra com outra: defina BACKUP_PROJETO_CODIGO_RECUPERACAO ou BACKUP_PROJETO_SENHA, ou rode num terminal."},
		"revoked":            {"a chave desta máquina foi revogada; nada do que ela salva conta mais", "Dê a esta máquina uma chave nova, em uma que consiga ler: backup_projeto chave adicionar dispositivo ARQUIVO{place}. Ou abra com outra: defina BACKUP_PROJETO_CODIGO_RECUPERACAO ou BACKUP_PROJETO_SENHA."},
		"signer-pretended":   {"[[{subject}: ]]foi assinado em nome de um dispositivo que não o assinou, e não vale nada", "Alguém tem o segredo de gravação do repositório: descubra de quem é o dispositivo, e revogue a chave dele: backup_projeto chave revogar CHAVE{place}"},
		"signer-revoked":     {"[[{subject}: ]]foi assinado por um dispositivo depois de revogada a chave dele, e não vale nada", "Retire o acesso desse dispositivo ao armazenamento. Se ele ainda era seu, dê-lhe uma chave nova: backup_projeto chave adicionar dispositivo ARQUIVO{place}"},
		"signer-unknown":     {"[[{subject}: ]]foi assinado por um dispositivo de que o repositório não tem chave, e não é lido", "Se esse dispositivo é seu, e a chave se perdeu, faça valer o que está lá: backup_projeto chave admitir DISPOSITIVO{place}. Os dispositivos estão em: backup_projeto chave listar{place}"},
		"key-missing":        {"o repositório não tem a chave de um dispositivo[[ ({value})]]; o que ele salvou está lá e não se perdeu, mas não é lido antes de ele ser admitido", "Se esse dispositivo é seu, faça valer de novo o que ele salvou: backup_projeto chave admitir {value}{place}"},
		"no-signer":          {"nenhum dispositivo sem chave tem id que comece com \"{subject}\"", "Para ver os dispositivos: backup_projeto chave listar{place}"},
		"last-key":           {"a chave {subject} é a última que consegue ler os backups", "Adicione outra antes: backup_projeto chave adicionar recuperacao{place}"},
		"new-secret-needed":  {"falta a senha nova", "Defina BACKUP_PROJETO_SENHA_NOVA (ou _ARQUIVO, ou _COMANDO), ou rode num terminal."},
		"secret-needed":      {"para abrir este repositório é preciso a senha ou o código de recuperação", ways},
		"secret-empty":       {"{subject} está com um segredo vazio", "Ponha o segredo nela, ou tire a variável."},
		"secret-file":        {"não foi possível ler o arquivo de segredo indicado em {subject}: {detail}", "Confira o caminho e se você pode lê-lo."},
		"secret-command":     {"o comando em {subject} falhou: {detail}", "Rode-o sozinho e veja o que ele diz."},
		"secret-mismatch":    {"as duas senhas são diferentes", "Rode de novo e digite a mesma duas vezes."},
		"secret-short":       {"a senha é curta demais", "Use pelo menos 8 caracteres; quatro palavras ao acaso são fáceis de guardar."},
		"recovery-code":      {"isto não é um código de recuperação: tem erro de digitação ou está incompleto", "Ele começa com BP- e tem nove grupos de quatro; maiúsculas, espaços e hifens não importam."},
		"no-terminal":        {"isto precisa de uma resposta, e não há terminal onde perguntar[[: {subject}]]", "Concorde antes com --sem-perguntar, ou rode num terminal."},
		"not-authenticated":  {"o kit de recuperação só é mostrado a quem sabe a senha ou o próprio código, ou confirma num terminal", ways},
		"key-not-found":      {"nenhuma chave tem o nome \"{subject}\", nem id que comece assim", "Liste as chaves: backup_projeto chave listar{place}"},
		"key-ambiguous":      {"\"{subject}\" é o nome de várias chaves, ou o começo dos ids delas: {list}", "Digite mais do id. Liste as chaves: backup_projeto chave listar{place}"},
		"device-file-exists": {"{subject} já existe", "Escolha outro arquivo; uma chave nunca é sobrescrita."},
	}
}

func ptStoreErrors() map[core.Code]ErrorText {
	return map[core.Code]ErrorText{
		"store-not-found": {"um objeto que deveria estar lá não foi encontrado[[: {subject}]]", "Veja o que foi afetado: backup_projeto verificar{place}"},
		"store-exists":    {"outro dispositivo criou isto no mesmo instante[[: {subject}]]", "Rode o mesmo comando de novo."},
		"store-too-large": {"[[{subject}: ]]um objeto é maior que qualquer coisa que este programa grava", "Confira se o lugar é mesmo um repositório do backup_projeto."},
		"store-full":      {"o lugar do repositório está cheio", "Libere espaço lá, ou aumente a cota, e rode o mesmo comando de novo; o que já chegou não é enviado outra vez."},
		"store-denied":    {"não há permissão para isto[[: {subject}]]", "Acerte as permissões da pasta; para um bucket, peça o que a política de doc/s3.pt-BR.md permite."},
		"store-auth":      {"o lugar não aceita as credenciais", "Confira a chave de acesso e o segredo dela, ou escolha um perfil com --perfil-aws."},
		"store-no-place":  {"o lugar não existe[[: {subject}]]", "Confira o nome; o primeiro backup se oferece para criá-lo: backup_projeto{place}"},
		"store-network":   {"não foi possível chegar ao lugar do repositório[[: {detail}]]", "Confira a conexão e o endereço e rode o mesmo comando de novo."},
		"store-throttled": {"o serviço pediu para ir mais devagar, e continuou pedindo", "Espere alguns minutos, ou use um --paralelo menor, e rode o mesmo comando de novo."},
		"store-corrupt":   {"[[{subject}: ]]o que chegou não é o que foi enviado", "Rode de novo; se continuar, desconfie do disco, da memória ou da rede no caminho."},
		"store-medium": {"[[{subject}: ]]o disco não consegue ler isto; o disco, ou o cabo, está falhando",
			"Conserte o que for possível e mude para outro disco: backup_projeto reparar{place} --dados=100%"},
		"store-other":    {"[[{subject}: ]]o lugar do repositório falhou: {detail}", "Rode o mesmo comando de novo; se continuar, rode com --detalhado."},
		"store-bad-name": {"\"{subject}\" não pode ser nome de objeto", "Isto é um erro do próprio programa: por favor, relate."},
		"store-unusable": {"{subject} não serve para um repositório: não é uma pasta, ou não aceita gravação", "Escolha outra pasta com --repositorio, ou acerte as permissões dela."},
	}
}

func ptWorkErrors() map[core.Code]ErrorText {
	return map[core.Code]ErrorText{
		"inside-repository":       {"{subject} fica dentro do próprio repositório, ou de uma pasta deste programa", "Vá para a pasta do projeto; para restaurar, escolha outra com --para."},
		"restore-would-overwrite": {"há arquivos aqui diferentes dos do snapshot, e nada foi gravado", "Concorde com --sobrescrever; o estado atual é salvo antes. Ou escolha uma pasta vazia com --para."},
		"declined":                {"você disse não; nada foi alterado", "Rode de novo para responder diferente, ou concorde antes com --sem-perguntar."},
		"no-snapshot":             {"nenhum snapshot corresponde[[ a \"{subject}\"]]", "Veja os que existem: backup_projeto historico --todos{place}"},
		"ambiguous-snapshot":      {"vários snapshots têm id que começa com \"{subject}\": {list}", "Digite mais dígitos. Veja-os: backup_projeto historico --todos{place}"},
		"no-snapshots":            {"o repositório ainda não tem snapshots", "Faça o primeiro na pasta de um projeto: backup_projeto{place}"},
		"choose-project":          {"esta pasta não é um projeto do repositório, e ele tem vários: {list}", "Diga qual: --projeto NOME"},
		"no-project":              {"o repositório não tem o projeto \"{value}\"", "[[Você quis dizer {near}? ]]Ele tem {list}."},
		"no-path":                 {"o snapshot não tem \"{subject}\"[[ ({value})]]", "Veja o que ele tem: backup_projeto listar{place}"},
		"not-a-file":              {"\"{subject}\" não é um arquivo no snapshot", "Só o conteúdo de um arquivo pode ser mostrado. Veja o que existe: backup_projeto listar{place}"},
		"one-snapshot":            {"o projeto só tem um snapshot, e nada com que comparar", "Faça outro antes: backup_projeto{place}"},
		"ambiguous-project":       {"há vários projetos chamados \"{value}\"", "Diga qual pelos primeiros dígitos do id, com --projeto: {list}."},
		"restored-partial":        {"o que foi restaurado não é tudo: o snapshot é parcial, e falta nele o que está listado acima", "Procure um snapshot mais antigo que tenha isso: backup_projeto buscar NOME{place}"},
		"restore-incomplete":      {"nem tudo foi restaurado; o que falhou está listado acima", "Resolva a causa e rode o mesmo comando de novo; o que já está certo não é tocado."},
		"safety-partial":          {"nada foi substituído, porque o estado atual não pode ser salvo antes: não é possível ler {subject}", "Acerte as permissões, ou restaure em outra pasta com --para."},
		"device-file":             {"não foi possível gravar o arquivo da chave {subject}[[: {detail}]]", "Confira se a pasta existe e se você pode gravar nela."},
		"device-key":              {"o que {subject} dá não é a chave de um dispositivo", "Faça uma numa máquina que abra o repositório: backup_projeto chave adicionar dispositivo ARQUIVO{place}"},
		"no-code":                 {"o repositório não tem código de recuperação", "Adicione um: backup_projeto chave adicionar recuperacao{place}"},
		"ignore-file-cut":         {"{subject} tem mais padrões do que este programa usa; os últimos não excluem nada", "Encurte-o: pastas inteiras em vez de arquivos um a um."},
		"project-not-remembered":  {"esta máquina não consegue anotar qual projeto é a pasta: {detail}", "Dê permissão de escrita na pasta de configuração do usuário; até lá, uma pasta que muda de lugar pode virar um projeto novo."},
		"project-folder":          {"a pasta do projeto não pode ser usada[[: {detail}]]", "Vá para uma pasta que exista e que você possa ler."},
		"index-cache":             {"a pasta do índice local não pode ser usada[[: {subject}]][[: {detail}]]", "Libere espaço nesse disco ou acerte as permissões da pasta. Apagá-la não perde nada além de tempo."},
		"output":                  {"não foi possível escrever o resultado[[: {detail}]]", "Confira para onde vai a saída padrão."},
		"newer-damaged":           {"o snapshot {subject} está danificado, e por isso foi usado um mais antigo", "Se {subject} for deste projeto, falta o que ele tinha de mais novo. Faça outro a partir de uma máquina que ainda tenha os arquivos, e veja o que mais sofre: backup_projeto verificar{place}"},
		"damage-snapshots":        {"há snapshots danificados, que não podem ser lidos; estão listados acima", "Repare, de preferência em cada máquina que já os usou, que pode ter uma cópia: backup_projeto reparar{place}. Um backup novo não traz de volta um snapshot antigo."},
		"damage-found":            {"o repositório está danificado; o que foi afetado está listado acima", "Repare: backup_projeto reparar{place} --dados=100%. Depois faça um backup em cada máquina que ainda tem os arquivos: ele guarda de novo o que se perdeu."},
	}
}

func ptRestoreErrors() map[core.Code]ErrorText {
	return map[core.Code]ErrorText{
		"restore-damaged":    {"há dados guardados danificados ou sumidos, e o que depende deles não foi restaurado", "Todo o resto foi restaurado. Procure um snapshot mais antigo que ainda o tenha: backup_projeto buscar NOME{place}"},
		"restore-not-made":   {"não foi possível gravar: {detail}", "Resolva a causa e rode o mesmo comando de novo; o que já está certo não é tocado."},
		"restore-name-taken": {"outra coisa já tem esse nome, ou este disco não distingue os dois nomes", "Nada foi substituído. Restaure só isto em outra pasta com --para."},
		"restore-kept":       {"o próprio repositório está aqui, e por isso nada foi gravado nem substituído", "Restaure em outra pasta com --para."},
		"restore-blocked":    {"o que está lá não pode ser examinado: {detail}", "Acerte as permissões, ou restaure em outra pasta com --para."},
		"restore-metadata":   {"o conteúdo foi restaurado, mas não tudo do dono, das permissões, das datas e dos atributos[[: {detail}]]", "Rode com um usuário que possa definir isso, ou em um disco que o aceite."},
		"restore-special":    {"este sistema ou usuário não pode criar esse arquivo especial", "Ele não tem conteúdo, então nada se perdeu. Rode como superusuário se precisar dele."},
		"restore-left":       {"o que foi substituído não pôde ser removido por completo: {detail}", "O resto está com este nome; examine-o e remova-o à mão."},
		"restore-link":       {"não foi possível criar um hard link, então é um arquivo próprio", "Nada se perdeu; só ocupa mais espaço."},
		"restore-too-deep":   {"as pastas aqui estão aninhadas mais fundo do que este programa restaura", "Restaure só esta pasta, pelo caminho dela, em outra pasta com --para."},
		"snapshot-overfull":  {"[[{subject}: ]]este snapshot tem muito mais entradas do que diz: quem o fez quis causar dano, ou ele está danificado", "Use outro snapshot: backup_projeto historico{place}"},
		"restore-read-back":  {"o que foi lido de volta depois de gravar não é o que foi gravado", "Desconfie do disco ou da memória; o arquivo antigo, se havia, ficou no lugar."},
	}
}

func ptVerifyErrors() map[core.Code]ErrorText {
	const again = "Repare: backup_projeto reparar{place} --dados=100%. Depois faça um backup em cada máquina que ainda tem os arquivos: ele guarda de novo o que se perdeu."
	return map[core.Code]ErrorText{
		"object-damaged":   {"[[{subject}: ]]os bytes não são os que foram gravados", again},
		"pack-size":        {"[[{subject}: ]]não tem o tamanho que tinha", again},
		"pack-hash":        {"[[{subject}: ]]os bytes não são os que foram gravados", again},
		"pack-footer":      {"[[{subject}: ]]a lista do que contém não pode ser lida", again},
		"pack-index":       {"[[{subject}: ]]a lista do que contém não é a que está no índice", again},
		"pack-blocks":      {"[[{subject}: ]]há blocos nele que não podem ser lidos", again},
		"blocks-missing":   {"snapshots precisam de blocos que não estão em nenhum índice: uma parte do índice foi apagada", again},
		"folder-damaged":   {"[[{subject}: ]]contém a lista de uma pasta que não pode ser entendida", again},
		"file-length":      {"[[{subject}: ]]contém a lista de uma pasta com um arquivo cujos blocos não têm o tamanho do arquivo", again},
		"slot-missing":     {"[[{subject}: ]]esta chave do repositório sumiu, e ninguém a removeu", "Ponha-a de volta, numa máquina que a conhece: backup_projeto reparar{place}"},
		"slot-uncertified": {"[[{subject}: ]]não é uma chave deste repositório, ou está danificada", "Liste as chaves e substitua o que falta: backup_projeto chave listar{place}"},
		"sample-differs":   {"[[{subject}: ]]um arquivo restaurado não é o que o snapshot diz", "Rode de novo; se continuar, desconfie do disco ou da memória desta máquina."},
		"sample-space":     {"não foi possível restaurar arquivos em {subject} como teste[[: {detail}]]", "Libere espaço lá, ou defina TMPDIR com uma pasta maior, e rode de novo."},
		"live-differs": {"o arquivo atual é diferente do backup, embora o tamanho e a data sejam os mesmos",
			"Ele foi alterado sem deixar rastro, ou um disco ou a memória errou: compare com o do backup (backup_projeto mostrar{place})."},
		"verify-nothing": {"há pacotes de dados e nenhum snapshot: nada pode ser restaurado", "Se nenhum backup terminou ainda, é assim mesmo. Se algum terminou, descubra quem pode apagar lá; se o bucket guarda versões, olhe como estava: backup_projeto historico{place} --em=1d"},
		"proof-file":     {"não é possível lembrar quais pacotes foram lidos[[: {detail}]]", "Acerte as permissões da pasta ou libere espaço; senão a próxima execução lê os mesmos de novo."},
		"index-cache":    {"a cópia local do índice não pode ser mantida[[: {subject}]][[: {detail}]]", "Confira o disco onde está esta pasta; ela pode ser apagada, e é refeita."},
	}
}
