package i18n

import "backup_projeto/internal/core"

func ptParityErrors() map[core.Code]ErrorText {
	return map[core.Code]ErrorText{
		"parity-none": {"[[{subject}: ]]está danificado, e não tem paridade para consertá-lo", "Veja o que sofre com isso: backup_projeto verificar{place} --dados=100%"},
		"parity-beyond": {"[[{subject}: ]]perdeu-se mais do que a paridade dele repõe; nada foi mudado[[ ({detail})]]",
			"Veja o que sofre com isso: backup_projeto verificar{place} --dados=100%"},
		"parity-damaged": {"[[{subject}: ]]a própria paridade está danificada; nenhum conteúdo se perde com isso", "Grave-a de novo: backup_projeto paridade --conferir{place}"},
	}
}
