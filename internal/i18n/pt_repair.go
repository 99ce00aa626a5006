package i18n

import "backup_projeto/internal/core"

func ptRepairErrors() map[core.Code]ErrorText {
	return map[core.Code]ErrorText{
		"repair-lost": {"nem tudo pôde ser reparado: os arquivos listados acima não podem ser restaurados inteiros",
			"Faça um backup em cada máquina que ainda os tem: ele guarda de novo o que falta, e os snapshots antigos que podem ser lidos voltam a ficar inteiros. " +
				"Um segundo repositório que os tenha também serve: backup_projeto reparar{place} --de=REPOSITÓRIO"},
		"repair-left": {"nenhum arquivo está perdido, mas ainda há objetos danificados nos seus lugares; estão listados acima", "Onde nada pode ser apagado, repare com credenciais que possam apagar; o registro da chave que abre o repositório só é posto de lado por quem o abre com outra, como o código de recuperação em BACKUP_PROJETO_CODIGO_RECUPERACAO."},
		"repair-lost-snapshots": {"nem tudo pôde ser reparado: os snapshots listados acima não podem ser lidos, e esta máquina não tem cópia deles",
			"Uma máquina que já os usou pode ter: rode lá também: backup_projeto reparar{place}. Senão, estão perdidos, e os outros estão inteiros: backup_projeto historico --todos{place}"},
		"repair-needed":     {"o repositório está danificado, e pode ser reparado", "Repare-o: backup_projeto reparar{place}"},
		"same-repository":   {"{subject} é o repositório a reparar, ou uma cópia dele", "Indique outro repositório que tenha backups dos mesmos arquivos; ou copie dele, à mão, os objetos que faltam."},
		"from-none":         {"não há repositório em {subject}, onde --de procura o segundo", "Confira --de. Para ver se há um repositório lá: backup_projeto historico --repositorio={subject}"},
		"from-fails":        {"o segundo repositório, {subject}, não pode ser usado: {value}", "Resolva isso antes; nada foi mudado. Para abri-lo sozinho: backup_projeto historico --repositorio={subject}"},
		"snapshot-vanished": {"[[{subject}: ]]este snapshot estava lá no último mês, e não está nem na lixeira deste programa nem no seu lugar: foi apagado por outro meio, ou o armazenamento o esconde", "Descubra quem pode apagar lá. Se o bucket guarda versões, olhe como estava: backup_projeto historico{place} --em=1d"},
	}
}

func ptRepair() Repair {
	return Repair{
		Start: "Procurando o que dá para reparar em %s",
		List:  "listar de novo", Unproven: "destes, só valem depois de lidos (--dados=100%)", Gone: "pacotes que sumiram", Hurt: "danificados, salvar o que se lê de",
		False: "pacotes de que o índice diz o que não é", Mendable: "pacotes que a paridade pode refazer", Condemn: "pacotes que deixam de contar", PutBack: "objetos a repor de uma cópia",
		Aside: "objetos a pôr de lado",
		Ask:   "Reparar? Nada é apagado sem antes ser copiado.",
		Done:  "Listados de novo: %[1]s, refeitos: %[2]s, repostos de uma cópia: %[3]s, blocos salvos: %[4]s, postos de lado: %[5]s, em %[6]s", Nothing: "Não há nada a reparar",
		DryRun: "Simulação: nada foi mudado", Healed: "blocos que o segundo repositório tem",
		Remains:  "ainda danificado: %[1]s (%[2]s)",
		Settings: "não dava mais para ler quanta paridade os pacotes recebem, e daqui em diante é %[1]s; para definir: %[2]s",
		Kept:     "%[1]s. A pasta aside/ pode ser apagada quando isto não achar dano nenhum e cada máquina tiver rodado um reparo: %[2]s",
		Lost:     "perdido: %[1]s (%[2]s: %[3]s)",
		Left: Plural{"%s objeto danificado foi copiado para aside/ e continua também no seu lugar, pois agora nada pode ser apagado lá",
			"%s objetos danificados foram copiados para aside/ e continuam também nos seus lugares, pois agora nada pode ser apagado lá"},
	}
}
