package i18n

import "backup_projeto/internal/core"

func ptParityErrors() map[core.Code]ErrorText {
	return map[core.Code]ErrorText{
		"parity-left": {"há pacotes danificados que a paridade deles não repõe; estão listados acima, e nada deles foi mudado", "Repare o repositório: backup_projeto reparar{place} --dados=100%"},
		"parity-none": {"[[{subject}: ]]está danificado, e não tem paridade para consertá-lo", "Veja o que sofre com isso: backup_projeto verificar{place} --dados=100%"},
		"parity-beyond": {"[[{subject}: ]]perdeu-se mais do que a paridade dele repõe; nada foi mudado",
			"Veja o que sofre com isso: backup_projeto verificar{place} --dados=100%"},
		"parity-damaged": {"[[{subject}: ]]a própria paridade está danificada; nenhum conteúdo se perde com isso", "Grave-a de novo: backup_projeto paridade --conferir{place}"},
	}
}

func ptParity() Parity {
	return Parity{
		Setting: "paridade por pacote", Packs: "guardado", Protected: "já protegido", Stored: "a paridade deles", Read: "a ler", Write: "a gravar",
		Delete: "a apagar", Requests: "requisições, cerca de",
		SettingLine: "%[2]s, até agora %[1]s", None: "nenhuma",
		Objects: Plural{"%s objeto de paridade", "%s objetos de paridade"},
		Ask:     "Ler %[1]s, gravar %[2]s e apagar %[3]s?",
		Done:    "%[1]s, %[2]s, %[3]s, em %[4]s", Nothing: "Não há nada a fazer", DryRun: "Simulação: nada foi mudado",
		Written: Plural{"%s objeto de paridade gravado", "%s objetos de paridade gravados"}, Deleted: Plural{"%s objeto de paridade apagado", "%s objetos de paridade apagados"}, Mended: Plural{"%s pacote consertado", "%s pacotes consertados"},
		Differs: "os pacotes deste repositório têm paridade de %[1]s, não de %[2]s; para mudar isso: %[3]s",
		Healed:  "%[1]s está danificado; foi lido com a ajuda da paridade. Conserte: %[2]s",
		Refused: "o disco não conseguiu ler %[1]s por inteiro: o disco, ou o cabo, está falhando. Veja o que foi afetado e mude para outro disco: %[2]s",
		Label:   "paridade", Without: "%[1]s; %[2]s sem. Para gravá-la: %[3]s", All: "%s, de todos os pacotes",
		Anew:  "nenhum arquivo precisa dela; para gravá-la de novo: %s",
		Mends: "a paridade dele o conserta: %s", Prune: "paridade a apagar",
	}
}
