package i18n

import "backup_projeto/internal/core"

func ptRetain() Retain {
	return Retain{
		Group: "%[1]s, de %[2]s", Kept: "manter", Dropped: "descartar",
		Rules: map[string]string{"pinned": "fixado", "last": "último", "hourly": "da hora", "daily": "do dia", "weekly": "da semana", "monthly": "do mês",
			"yearly": "do ano", "within": "recente", "tag": "etiqueta", "safety": "antes de restauração", "newest": "o mais novo"},
		Doubtful: "a data não combina com quando foi guardado",
		Run:      Plural{"%s snapshot", "%s snapshots"},
		Plan:     "%[1]s a manter, %[2]s a descartar",
		Ask:      Plural{"Mover %s snapshot para a lixeira?", "Mover %s snapshots para a lixeira?"},
		Moved:    Plural{"%s snapshot movido para a lixeira", "%s snapshots movidos para a lixeira"},
		Back:     "Por 30 dias é possível trazer um de volta: %s",
		Nothing:  "Todos os snapshots são mantidos; não há nada a descartar", DryRun: "Simulação: nada foi movido",
		NotApplied: "os snapshots antigos não foram examinados: %s",
		Pinned:     "O snapshot %[1]s de %[2]s agora está fixado", Already: "O snapshot %[1]s de %[2]s já estava fixado",
		Unpinned: "O snapshot %[1]s de %[2]s não está mais fixado", Not: "O snapshot %[1]s de %[2]s não estava fixado",
		NoPins: "Nenhum snapshot está fixado", NoTrash: "A lixeira está vazia",
		ColumnPinned: "FIXADO", ColumnDropped: "DESCARTADO", ColumnUntil: "ATÉ",
		Undeleted:  "O snapshot %[1]s de %[2]s está de volta",
		Unreadable: "o snapshot %[1]s da lixeira não pode ser lido: %[2]s", Gone: "não existe mais",
	}
}

func ptRetainErrors() map[core.Code]ErrorText {
	return map[core.Code]ErrorText{
		"snapshot-pinned":   {"o snapshot {subject} está fixado; nada foi descartado", "Desafixe-o antes: backup_projeto desafixar {subject}{place}"},
		"snapshot-in-trash": {"o snapshot \"{subject}\" foi descartado e está na lixeira", "Traga-o de volta: backup_projeto resgatar {subject}{place}"},
		"not-in-trash":      {"a lixeira não tem o snapshot \"{subject}\"", "Veja o que há nela: backup_projeto resgatar{place}"},
		"trash-ambiguous":   {"vários snapshots da lixeira têm id que começa com \"{subject}\": {list}", "Digite mais dígitos. Veja-os: backup_projeto resgatar{place}"},
		"undelete-late": {"o snapshot {subject} está de volta, mas o tempo dele na lixeira acabou nesse meio tempo, e o conteúdo pode ter sido apagado",
			"Descubra: backup_projeto verificar{place}"},
	}
}
