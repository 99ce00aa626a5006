package i18n

func ptBackup() Backup {
	return Backup{
		Start:   "Salvando %[1]s em %[2]s",
		Saved:   "Snapshot %[1]s de %[2]s salvo em %[3]s",
		DryRun:  "Simulação de %[2]s em %[3]s: nada foi guardado",
		Partial: Plural{"%s entrada não pôde ser lida", "%s entradas não puderam ser lidas"},
		Unread:  "%[1]s não foi salvo: %[2]s",
		Torn:    "%[1]s foi salvo, mas não parou de mudar enquanto era lido: o conteúdo pode estar incoerente",
		Grown:   "%[1]s cresceu enquanto era lido; foi salvo como estava antes",
		Files:   "arquivos", Read: "lido", Stored: "guardado", Time: "tempo", Requests: "requisições", Excluded: "de fora",
		New: Plural{"%s novo", "%s novos"}, Changed: Plural{"%s alterado", "%s alterados"},
		Removed: Plural{"%s removido", "%s removidos"}, Unchanged: Plural{"%s inalterado", "%s inalterados"},
		AskHome: "%s tem a sua pasta pessoal inteira. Salvar tudo como um só projeto?",
		AllRead: "%s, todos lidos: esta máquina não tem um backup anterior desta pasta",
		Entries: Plural{"%s entrada", "%s entradas"},
		Smaller: "%s vezes menor", NothingNew: "nada de novo", WouldStore: "%s de conteúdo novo, antes de comprimir",
		Copied:       "Esta pasta é uma cópia de %s, que fica com o próprio histórico; esta começa um projeto novo",
		RequestsLine: "%[1]s (%[2]s enviados, %[3]s recebidos)",
		ExcludedLine: "%[1]s: %[2]s, a primeira é %[3]s",
		Reasons: map[string]string{"permission": "sem permissão", "vanished": "sumiu no meio do caminho", "changed": "virou outra coisa no meio do caminho",
			"io": "o disco falhou", "unsupported": "este tipo de entrada não é suportado"},
		Rules: map[string]string{"cachedir-tag": "pastas de cache (CACHEDIR.TAG)", "one-file-system": "outros discos", "max-size": "grandes demais",
			"repository": "o próprio repositório"},
	}
}

func ptRestore() Restore {
	return Restore{
		Start: "Restaurando o snapshot %[1]s de %[2]s, de %[3]s, em %[4]s",
		Plan:  "O plano", DryRun: "Simulação: nada foi gravado", NothingToDo: "Tudo já está aí, idêntico; nada foi gravado",
		Create: "criar", Overwrite: "substituir", Keep: "deixar como está", Metadata: "só permissões e datas",
		Entries: Plural{"%s entrada", "%s entradas"},
		Ask:     Plural{"Substituir %s entrada diferente? O estado atual é salvo antes.", "Substituir %s entradas diferentes? O estado atual é salvo antes."},
		Safety:  "O estado atual foi salvo no snapshot %s",
		Done:    "Snapshot %[1]s restaurado em %[2]s",
		Written: "gravado", Fetched: "buscado", Verified: "conferido", Time: "tempo", Undo: "Para desfazer: %s",
		Failed: "%[1]s não foi restaurado como devia: %[2]s",
	}
}

func ptVerify() Verify {
	return Verify{
		Start:     "Verificando %s",
		Healthy:   "Nenhum dano encontrado em %s",
		Damaged:   Plural{"%s objeto danificado", "%s objetos danificados"},
		Structure: "estrutura", Data: "dados", Coverage: "provado", Sample: "amostra", Time: "tempo",
		StructureLine: "%[1]s, %[2]s, %[3]s, %[4]s",
		DataLine:      "%[1]s lidos e autenticados (%[2]s)",
		CoverageLine:  "%[1]s de %[2]s, %[3]s de %[4]s, nesta e em execuções anteriores; a prova mais antiga é de %[5]s",
		Never:         "nunca", Bad: "danificado",
		SampleLine: Plural{"%s arquivo restaurado e comparado, %s com o atual", "%s arquivos restaurados e comparados, %s deles com o atual"},
		Unlisted:   "fora do índice", UnlistedLine: "%[1]s de um backup interrompido (%[2]s); não é dano",
		Disowned: Plural{"%s objeto não vale nada: o dispositivo dele foi revogado. Com o tempo, quem o apaga é %s", "%s objetos não valem nada: o dispositivo deles foi revogado. Com o tempo, quem os apaga é %s"},
		Aside:    "postos de lado", AsideLine: Plural{"%s objeto que um reparo achou danificado (%s), em aside/", "%s objetos que reparos acharam danificados (%s), em aside/"},
		Everything:  "tudo",
		Object:      "danificado: %[1]s (%[2]s)",
		SuffersMore: "… e mais %s",
		Suffers:     "%[1]s no snapshot %[2]s",
		NoFile:      "nenhum arquivo de snapshot foi afetado",
		Snapshots:   Plural{"%s snapshot", "%s snapshots"}, Trees: Plural{"%s pasta", "%s pastas"},
		Chunks: Plural{"%s bloco", "%s blocos"}, Packs: Plural{"%s pacote", "%s pacotes"}, FilesCount: Plural{"%s arquivo", "%s arquivos"},
	}
}

func ptBrowse() Browse {
	return Browse{
		Disowned: Plural{"%s snapshot não vale nada: o dispositivo dele foi revogado. Com o tempo, quem o apaga é %s", "%s snapshots não valem nada: o dispositivo deles foi revogado. Com o tempo, quem os apaga é %s"},
		ColumnID: "ID", ColumnDate: "DATA", ColumnProject: "PROJETO", ColumnHost: "DISPOSITIVO", ColumnFiles: "ARQUIVOS", ColumnSize: "TAMANHO", ColumnTags: "NOTAS",
		NoSnapshots:   "Ainda não há snapshots",
		OtherProjects: "Nenhum snapshot do projeto desta pasta; aqui estão os de todos os projetos",
		Revoked:       "dispositivo revogado",
		Partial:       "parcial", Safety: "antes de restaurar",
		Snapshots: Plural{"%s snapshot", "%s snapshots"}, Projects: Plural{"%s projeto", "%s projetos"}, Matches: Plural{"%s resultado", "%s resultados"},
		DiffHead: "De %[1]s para %[2]s",
		Added:    Plural{"%s adicionado", "%s adicionados"}, Removed: Plural{"%s removido", "%s removidos"}, Modified: Plural{"%s alterado", "%s alterados"},
		Metadata:     Plural{"%s só com outras permissões ou datas", "%s só com outras permissões ou datas"},
		NoDifference: "Os dois snapshots têm o mesmo conteúdo",
		NoMatch:      "Nada encontrado",
		StatsContent: "conteúdo", StatsStored: "guardado", StatsPacks: "pacotes", StatsRatio: "no total", StatsPlace: "lugar", StatsSnapshots: "snapshots",
		StatsID: "repositório", StatsContentLine: "%[1]s em todos os snapshots, %[2]s no último de cada projeto",
		Objects: Plural{"%s objeto", "%s objetos"}, Versions: Plural{"%s versão", "%s versões"},
		StatsVersions: "versões antigas", StatsVersionsLine: "%[1]s em %[2]s do que foi apagado ou substituído; uma regra de ciclo de vida do bucket remove isso",
		Rewritten: Plural{"%s objeto foi substituído por outro conteúdo, o que este programa nunca faz: veja quem pode gravar ali, e leia o repositório como era antes com --em. É %s",
			"%s objetos foram substituídos por outro conteúdo, o que este programa nunca faz: veja quem pode gravar ali, e leia o repositório como era antes com --em. O primeiro é %s"},
		AsOf:        "Olhando %[1]s como estava em %[2]s",
		VersionLine: "backup_projeto %[1]s, %[2]s, %[3]s",
	}
}

func ptKeys() Keys {
	return Keys{
		Created:         "Um novo repositório foi criado em %s",
		CodeIntro:       "Este é o código de recuperação dele. Só aparece agora:",
		CodeAdvice:      "Imprima ou anote, e guarde longe desta máquina. Ele abre seus backups em qualquer máquina; se você perder o código e esta máquina também, ninguém consegue abri-los, nem você. Para vê-lo de novo aqui:",
		PassphraseIntro: "Ele também abre com a sua senha.",
		DeviceKey:       "A chave desta máquina está em %s",
		AskPassphrase:   "Senha: ", AskNew: "Senha nova: ", AskAgain: "Mais uma vez: ", AskSecret: "Código de recuperação ou senha: ",
		ColumnID: "ID", ColumnLock: "TIPO", ColumnLabel: "NOME", ColumnCreated: "CRIADA EM",
		ColumnLast: "ÚLTIMO BACKUP", LastBackup: "%[1]s, de %[2]s", LockUnknown: "dispositivo sem chave",
		Missing:   "falta no repositório",
		RevokedOn: "revogada em %s", RemovedOn: "removida em %s", AdmittedOn: "admitido em %s",
		AskRevoke:      "Revogar a chave %[1]s (%[2]s)? O que ela salvou até agora fica, e nada do que ela salvar daqui em diante conta.",
		AskRevokeOwn:   "Revogar a chave %[1]s (%[2]s), que é a desta máquina? O que ela salvou até agora fica; depois, esta máquina só abre o repositório com uma senha ou com o código de recuperação.",
		Revoked:        "Chave %s revogada",
		RevokedWriter:  "Retire também o acesso desse dispositivo ao armazenamento. Ele não conseguia ler nada de volta. Com o que ele diz ter guardado, os outros só contam depois que for lido: %s",
		RevokedReader:  "Retire também o acesso desse dispositivo ao armazenamento. Ele conseguia ler tudo, e quem tem a chave dele ainda consegue, com uma cópia do armazenamento; também podia fazer chaves. Se está em outras mãos, faça um repositório novo.",
		AskAdmit:       "Fazer valer o que o dispositivo %s salvou até agora, embora o repositório não tenha chave dele?",
		Admitted:       "O que o dispositivo %s salvou até agora volta a valer",
		AdmittedUnread: "Nenhum backup conta com o que ele guardou, e por isso guarda de novo, até que seja lido: %s",
		LockPassphrase: "senha", LockRecovery: "código de recuperação", LockDevice: "dispositivo",
		WriteOnly: "só gravação", ThisDevice: "esta máquina",
		Added: "Chave %s adicionada", Removed: "Chave %s removida", Changed: "A senha foi trocada",
		KitTitle: "Kit de recuperação de um repositório do backup_projeto", KitRepository: "repositório", KitPlace: "lugar", KitCode: "código",
		KitUse:           "Em qualquer máquina, numa pasta vazia: instale o backup_projeto, rode isto e digite o código quando ele pedir:",
		AskRemove:        "Remover a chave %[1]s (%[2]s)?",
		AskRemoveOwn:     "Remover a chave %[1]s (%[2]s), que é a desta máquina? Depois, esta máquina só abre o repositório com uma senha ou com o código de recuperação.",
		AskBucket:        "O bucket %s não existe. Criar?",
		AskFolder:        "A pasta %s não existe, nem a que fica acima dela; talvez falte um disco. Criar?",
		AskNotEmpty:      "A pasta %s tem outras coisas, e nenhum repositório. Criar um nela?",
		AskShow:          "O código de recuperação abre todos os backups. Mostrar nesta tela?",
		TryAgain:         "Isto não abre. Tente de novo.",
		FileWritten:      "A chave está em %s; guarde em segredo",
		FileUse:          "Na outra máquina, ponha o arquivo onde só o usuário dela consiga ler e defina %s com o caminho dele.",
		Joined:           "Agora esta máquina tem a própria chave, em %s; da próxima vez nada será perguntado",
		SlotDamaged:      "a chave desta máquina no repositório (%[1]s) está danificada ou sumiu. Ponha-a em ordem: %[2]s",
		Admit:            "Se esse dispositivo é seu, faça valer de novo o que ele salvou: %s",
		NotJoined:        "não foi possível dar a esta máquina a própria chave, então ela vai perguntar de novo: %s",
		DeviceUnreadable: "a chave desta máquina em %[1]s não serve: %[2]s",
		NoneHere:         "Esta máquina ainda não tem chave de %s",
		NotDeviceKey:     "não é uma chave deste repositório", SystemKeyring: "o chaveiro do sistema",
	}
}
