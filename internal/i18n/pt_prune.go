package i18n

import "backup_projeto/internal/core"

func ptPruneErrors() map[core.Code]ErrorText {
	return map[core.Code]ErrorText{
		"prune-overtakes": {"limpezas deste repositório tiraram, a cada vez, o que o backup ia aproveitar; nenhum snapshot foi salvo",
			"Rode de novo quando elas acabarem: o que já foi enviado não é enviado outra vez."},
		"mark-damaged": {"\"{subject}\" está danificado: ele diz quais pacotes uma limpeza vai apagar",
			"Rode backup_projeto limpar{place} com uma chave que possa ler; ela tira o danificado do caminho."},
		"prune-running": {"outra limpeza ou um reparo deste repositório está em andamento, ou morreu há menos de 72 horas",
			"Espere ela acabar. Se a máquina dela morreu, rode mais uma vez lá, ou aqui quando esse tempo passar; nada se perde até então."},
		"prune-listing": {"o armazenamento não lista tudo o que tem, por isso nada foi apagado", "Rode de novo mais tarde; em alguns serviços as listas demoram."},
		"prune-dead":    {"outras limpezas deram esta por morta enquanto esperava, por isso ela parou", "Rode de novo: ela continua de onde as coisas estão."},
		"prune-damage": {"[[\"{subject}\" ]]não pode ser lido, e sem isso não se sabe o que ainda é preciso; nada foi apagado",
			"Repare: backup_projeto reparar{place}. Para ver antes o que está danificado: backup_projeto verificar{place}"},
		"prune-lost": {"{subject} sumiu, e há snapshots que precisam do que havia nele; nada foi apagado",
			"Repare: backup_projeto reparar{place}. Depois faça um backup em cada máquina que ainda tem os arquivos: ele guarda de novo o que se perdeu."},
		"prune-empty": {"o armazenamento não lista nenhum snapshot, e há dados; nada foi apagado",
			"Se isso está errado, a culpa é do armazenamento. Se está certo, apague a pasta ou o bucket inteiro."},
		"lock-length": {"não foi dito por quanto tempo travar", "Acrescente --trava=30d, ou defina BACKUP_PROJETO_TRAVA: o mesmo prazo dos backups."},
		"lock-folder": {"{subject} é uma pasta, e travas só existem no S3", "Numa pasta, quem decide o que pode ser apagado são as permissões dela; ou mantenha um segundo repositório num bucket com Object Lock (doc/s3.pt-BR.md)."},
		"lock-unraised": {"nem toda trava pôde virar uma que ninguém desfaz[[: isso exige {subject}]]",
			"O que estava para acabar foi prolongado como era. Peça esse direito para uma execução (doc/s3.pt-BR.md), e rode o mesmo comando de novo. Ou tire --modo-trava: governança basta onde ninguém tem esse direito."},
		"lock-incomplete": {"nem tudo pôde receber trava, ou não deu para saber de que os snapshots precisam; o que pôde recebeu",
			"Veja o que está danificado: backup_projeto verificar{place}"},
		"marks-change": {"o que as limpezas vão apagar muda mais depressa do que se consegue ler", "Rode de novo daqui a um minuto."},
	}
}

func ptPrune() Prune {
	return Prune{
		Void: "não valem nada, apagar", VoidLine: Plural{"%s snapshot de um dispositivo revogado antes", "%s snapshots de dispositivos revogados antes"},
		Stored: "guardado", Trash: "saem da lixeira de vez", Sweep: "apagar agora", Condemn: "apagar depois, sem uso", Rewrite: "copiar o que é usado, apagar depois", Waiting: "à espera, de antes",
		Young: "novo demais para olhar", Unused: "sem uso, mas fica", Requests: "requisições, cerca de",
		CondemnNow: "apagar, sem uso", RewriteNow: "copiar o que é usado, apagar", InTrash: "na lixeira", Merge: "destes, pequenos: juntar",
		InTrashLine: Plural{"%s snapshot, até %s", "%s snapshots, o primeiro até %s"},
		Cost:        "custo, no máximo", Once: "%[1]s uma vez (preços de %[2]s)", OnceGiven: "%[1]s uma vez", Early: "%[1]s disso pelo que é apagado antes dos seus %[2]s dias",
		Monthly: "armazenamento, por mês", MonthlyNow: "%[1]s agora", MonthlyLess: "%[1]s a menos depois disto", MonthlyMore: "%[1]s a mais depois disto", MonthlyLater: "%[1]s a menos mais tarde",
		MonthlyKept: "o bucket guarda versões, por isso o que é apagado é cobrado até que as regras dele o removam",
		Sum:         "%[1]s (%[2]s)",
		Ask:         "Apagar %[1]s agora, e marcar %[2]s para apagar depois?", AskNow: "Apagar %[1]s agora?",
		Done: "%[1]s apagados, %[2]s marcados para apagar depois, em %[3]s", DoneNow: "%[1]s apagados, em %[2]s", Nothing: "Não há nada a liberar", DryRun: "Simulação: nada foi mudado",
		Later:  "O que foi marcado fica pelo tempo de carência, caso um backup em andamento precise; depois, libere com: %s",
		Locked: "com trava", Hidden: Plural{"%s pacote destes (%s): escondido agora, e guardado pelo bucket até %s", "%s pacotes destes (%s): escondidos agora, e guardados pelo bucket até %s"},
		Refused:  Plural{"%s pacote (%s): o armazenamento se recusa a apagá-lo antes de %s", "%s pacotes (%s): o armazenamento se recusa a apagá-los antes de %s"},
		Versions: "O bucket guarda versões: o que foi apagado ocupa espaço até que a regra de ciclo de vida dele remova as versões antigas. Para ver quanto: %s",
	}
}

func ptLock() Lock {
	return Lock{
		Looking: Plural{"Olhando as travas; isso leva %s requisição", "Olhando as travas; isso leva %s requisições"},
		Needed:  "necessário", Unlocked: "sem trava", Next: "primeira trava a acabar", Due: "a travar de novo", Weaker: "destes, de governança a conformidade", Requests: "requisições, no máximo",
		NeededLine: "%[1]s (%[2]s)", NextLine: "%[1]s, de %[2]s", DueLine: "%[1]s, até %[2]s",
		Ask:    Plural{"Travar %s objeto até %s? Isso leva %s, e %s pode desfazer.", "Travar %s objetos até %s? Isso leva %s, e %s pode desfazer."},
		Nobody: "ninguém", Some: "só quem tem um direito especial",
		Count:  Plural{"%s requisição", "%s requisições"},
		Done:   Plural{"%s objeto com trava até %s, em %s", "%s objetos com trava até %s, em %s"},
		Raised: Plural{"%s deles estava no modo governança, e ninguém mais pode desfazer a trava", "%s deles estavam no modo governança, e ninguém mais pode desfazer as travas"},
		Unraised: Plural{"%s objeto continua no modo governança, em que quem tem um direito especial desfaz a trava",
			"%s objetos continuam no modo governança, em que quem tem um direito especial desfaz as travas"},
		Firmer:     Plural{"%s objeto tem trava no modo conformidade, e continua assim: ninguém pode mudar isso", "%s objetos têm trava no modo conformidade, e continuam assim: ninguém pode mudar isso"},
		Nothing:    "Tudo de que os snapshots precisam tem trava por tempo suficiente",
		Everything: "agora não dá para saber de que os snapshots precisam, por isso tudo recebe trava: %s",
		Remind:     "travas do que os seus snapshots precisam acabam a partir de %[1]s; prolongue-as com: %[2]s",
	}
}
