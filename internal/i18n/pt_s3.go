package i18n

import "backup_projeto/internal/core"

func ptS3Errors() map[core.Code]ErrorText {
	return map[core.Code]ErrorText{
		"s3-wrong-key": {"o S3 não conhece a chave de acesso", "Confira AWS_ACCESS_KEY_ID, ou escolha um perfil com --perfil-aws. " +
			"Um serviço que não é o da Amazon também precisa do seu --endpoint."},
		"s3-wrong-secret": {"o segredo não é o dessa chave de acesso", "Confira AWS_SECRET_ACCESS_KEY, ou escolha um perfil com --perfil-aws."},
		"s3-denied": {"as credenciais estão certas, mas não têm permissão para isto[[: {subject}]]",
			"Peça essa permissão; a menor política necessária está em doc/s3.pt-BR.md."},
		"s3-kms": {"não é possível usar a chave de criptografia[[: {subject}]]",
			"Peça kms:GenerateDataKey e kms:Decrypt para a chave, e confira --sse-chave-kms."},
		"s3-expired": {"as credenciais temporárias venceram, ou estão incompletas",
			"Renove-as[[, por exemplo com: aws sso login --profile {subject}]], confira AWS_SESSION_TOKEN e rode o mesmo comando de novo."},
		"s3-login": {"a sessão do login único da AWS terminou", "Entre de novo: aws sso login[[ --profile {subject}]]"},
		"s3-no-credentials": {"nenhuma credencial da AWS foi encontrada[[: {detail}]]",
			"Defina AWS_ACCESS_KEY_ID e AWS_SECRET_ACCESS_KEY, ou rode aws configure, ou escolha um perfil com --perfil-aws."},
		"s3-no-profile": {"as configurações da AWS não têm o perfil \"{subject}\"", "Veja os que existem: aws configure list-profiles"},
		"s3-settings":   {"não é possível usar as configurações da AWS: {detail}", "Corrija ~/.aws/config, ~/.aws/credentials ou a variável AWS_* citada."},
		"s3-wrong-region": {"o bucket não está na região {subject}, e o S3 não diz onde está",
			"Diga a região dele com --regiao; para vê-la: aws s3api get-bucket-location --bucket NOME"},
		"s3-redirected":    {"{subject} manda para outro endereço", "Use em --endpoint o endereço para onde ele manda, muitas vezes o mesmo com https."},
		"s3-clock-skew":    {"o relógio desta máquina e o do serviço estão diferentes demais[[: {subject}]]", "Acerte o relógio, de preferência por NTP, e rode o mesmo comando de novo."},
		"s3-bucket-taken":  {"o bucket {subject} é de outra pessoa", "Os nomes são únicos em todo o S3: escolha outro com --bucket."},
		"s3-storage-class": {"o serviço não tem a classe de armazenamento {subject}", "Escolha outra com --classe, ou não informe nenhuma."},
		"s3-archived": {"[[{subject}: ]]o objeto está em armazenamento frio e não pode ser lido agora",
			"Restaure-o lá primeiro, e tire do bucket a regra que move objetos para um arquivo morto."},
		"s3-account":     {"o serviço bloqueou a conta", "Veja o console do serviço: ela pode estar encerrada, sem pagamento ou sem adesão."},
		"s3-unavailable": {"o serviço falha, e continuou falhando", "Espere alguns minutos e rode o mesmo comando de novo; a página de status do serviço pode dizer mais."},
		"s3-tls": {"não houve conexão confiável com {subject}: {detail}",
			"Confira o endereço e o relógio desta máquina; para um certificado próprio, defina AWS_CA_BUNDLE com o arquivo dele."},
		"store-locked": {"[[\"{subject}\" ]]está com trava: não pode ser apagado nem substituído, nem a trava enfraquecida, antes da hora",
			"Rode o mesmo comando de novo quando a trava acabar; nada se perdeu."},
		"store-no-lock": {"[[{subject}: ]]o bucket não consegue travar objetos",
			"A trava de objetos (Object Lock) se liga, de preferência, ao criar o bucket: tire --trava, ou deixe o programa criar um bucket novo com --trava."},
		"store-no-past": {"[[{subject}: ]]este lugar não guarda nada do que é apagado ou substituído, por isso não tem passado",
			"Tire --em. Para o futuro, ligue o versionamento do bucket."},
		"as-of-unsupported": {"[[{subject}: ]]só um bucket que guarda versões tem passado; este lugar guarda apenas o que tem agora",
			"Tire --em, e escolha entre os snapshots com --snapshot."},
		"as-of-empty": {"nesse momento não havia repositório[[ em {subject}]]", "Escolha um momento mais tarde, ou tire --em."},
		"as-of-safety": {"não é possível salvar antes o que seria substituído, porque o repositório não pode ser usado como está agora[[: {detail}]]",
			"Restaure em uma pasta vazia, com --para."},
		"store-read-only": {"o que --em mostra é um estado passado, em que nada pode ser mudado[[: {subject}]]", "Rode o comando sem --em."},
		"s3-not-s3":       {"o que responde em {subject} não é um serviço S3", "Confira --endpoint, e se esta rede pede um login antes."},
	}
}
