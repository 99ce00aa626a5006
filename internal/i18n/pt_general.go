package i18n

import "backup_projeto/internal/core"

func ptGeneral() General {
	return General{
		Error: "erro", Hint: "dica", Warning: "aviso",
		None: "nenhum", Yes: "sim", No: "não",
		MoreLines: Plural{"… e mais %s", "… e mais %s"},
		Others:    "outros",
		YesNo:     "[s/N]", YesLetters: "sSyY",
		Declined:       "Nada foi alterado.",
		Progress:       Progress{Files: Plural{"%s arquivo", "%s arquivos"}, Left: "faltam %s", Of: "%[1]s de %[2]s"},
		SecretReadable: "outros usuários desta máquina conseguem ler %s; feche o acesso com: %s",
		Technical:      "detalhe",
		NoPermission:   "sem permissão", NotThere: "não existe", DiskFull: "o disco está cheio", ReadOnly: "não aceita gravação",
		Refused: "nada responde nesse endereço", Unreachable: "nenhuma rota leva até lá", NoHost: "esse servidor não existe", TimedOut: "não respondeu a tempo",
		NotFolder: "não é uma pasta", IsFolder: "é uma pasta",
		UnknownVariable: "não existe a variável %s; ela foi ignorada", NearVariable: "não existe a variável %[1]s; ela foi ignorada. Você quis dizer %[2]s?",
	}
}

func ptHelp() Help {
	return Help{
		Usage: "Uso", Commands: "Comandos", Aliases: "Outros nomes", Examples: "Exemplos", ExitCodes: "Códigos de saída",
		Variables:  "Variáveis de ambiente",
		GroupWhere: "Onde fica o repositório", GroupSave: "O que é salvo, e como", GroupRestore: "Restauração",
		GroupVerify: "Verificação", GroupKeys: "Chaves novas", GroupShow: "Qual projeto", GroupOutput: "Saída e idioma", GroupRetain: "O que é mantido", GroupPrune: "O que é liberado", GroupRepair: "Reparo", GroupParity: "Paridade",
		HelpFlag:    "mostra esta ajuda",
		HelpCommand: CommandText{Args: "[COMANDO]", Short: "Mostra a ajuda de um comando", Long: "Mostra a ajuda de um comando, ou do programa.", Examples: []string{"ajuda restaurar"}},
		Default:     "padrão: %s", NoDefault: "nenhum", EverySnapshot: "todos os snapshots", Twin: "em inglês: %s", TwinCommand: "em inglês: %s",
		More: "%s mostra a ajuda de um comando.",
		VariablesText: "Toda opção tem uma variável: BACKUP_PROJETO_ seguido do nome em maiúsculas, em qualquer dos idiomas (--perfil-aws é " +
			"BACKUP_PROJETO_PERFIL_AWS ou BACKUP_PROJETO_AWS_PROFILE). A opção vale mais que a variável. Listas são separadas por vírgulas " +
			"ou, quando há quebras de linha, escritas com um item por linha.",
		SecretsText: "A senha vem de BACKUP_PROJETO_SENHA, ou do arquivo indicado em BACKUP_PROJETO_SENHA_ARQUIVO, ou da saída do comando em " +
			"BACKUP_PROJETO_SENHA_COMANDO; o código de recuperação vem de BACKUP_PROJETO_CODIGO_RECUPERACAO ou de " +
			"BACKUP_PROJETO_CODIGO_RECUPERACAO_ARQUIVO (ou _COMANDO); o arquivo da chave de um dispositivo é indicado em " +
			"BACKUP_PROJETO_CHAVE_DISPOSITIVO_ARQUIVO. Uma senha nova para o comando chave vem de BACKUP_PROJETO_SENHA_NOVA (ou _ARQUIVO, " +
			"_COMANDO). Sem nada disso, o programa pergunta no terminal. BACKUP_PROJETO_KEYRING=off deixa o chaveiro do sistema em paz.",
		CommandArg: "COMANDO", FlagsArg: "[OPÇÕES]",
		Manual: "Comandos do usuário", Name: "NOME", Synopsis: "SINOPSE", Description: "DESCRIÇÃO", Files: "ARQUIVOS",
	}
}

func ptKinds() map[core.Kind]KindText {
	return map[core.Kind]KindText{
		core.Success: {"sucesso", ErrorText{"Pronto.", "Não há nada a fazer."}},
		core.Failure: {"falha de outro tipo", ErrorText{"[[{subject}: ]]algo deu errado: {detail}",
			"Rode de novo com --detalhado; se continuar, relate o problema com o que aparecer."}},
		core.Usage: {"comando ou opção que não pode ser usado", ErrorText{"[[{subject}: ]]isto não pode ser usado: {detail}",
			"Veja a ajuda: backup_projeto --ajuda"}},
		core.Partial: {"parcial: salvo, mas alguns arquivos não puderam ser lidos; ou restaurado, mas faltam alguns no snapshot", ErrorText{"o snapshot foi salvo, mas alguns arquivos não puderam ser lidos",
			"Resolva o que está listado acima e rode o backup de novo; só o que faltou é lido."}},
		core.NoRepository: {"não há repositório nesse lugar", ErrorText{"não há repositório em {subject}",
			"Confira as opções do lugar, ou crie um com o primeiro backup: backup_projeto{place}"}},
		core.WrongKey: {"nenhuma chave daqui abre o repositório", ErrorText{"nenhuma chave daqui abre este repositório[[ ({detail})]]",
			"Digite o código de recuperação ou a senha quando for perguntado, ou defina BACKUP_PROJETO_CODIGO_RECUPERACAO ou BACKUP_PROJETO_SENHA."}},
		core.Damage: {"dano encontrado no repositório", ErrorText{"[[{subject}: ]]o repositório está danificado",
			"Veja o que foi afetado: backup_projeto verificar{place} --dados=100%"}},
		core.Source: {"falha na pasta do projeto, ou na pasta que recebe a restauração", ErrorText{"[[{subject}: ]]não foi possível ler ou gravar nesta máquina: {detail}",
			"Confira se a pasta existe, se você pode ler e gravar nela e se há espaço no disco."}},
		core.Destination: {"falha no lugar onde fica o repositório", ErrorText{"[[{subject}: ]]o lugar do repositório falhou: {detail}",
			"Confira a conexão e as credenciais e rode o mesmo comando de novo; o que já chegou não é enviado outra vez."}},
		core.Interrupted: {"interrompido (Ctrl-C ou SIGTERM)", ErrorText{"interrompido; nada do que já estava guardado se perdeu",
			"Rode o mesmo comando de novo: o que já foi guardado não é guardado outra vez."}},
	}
}
