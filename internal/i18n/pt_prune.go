package i18n

import "backup_projeto/internal/core"

func ptPruneErrors() map[core.Code]ErrorText {
	return map[core.Code]ErrorText{
		"prune-overtakes": {"limpezas deste repositório tiraram, a cada vez, o que o backup ia aproveitar; nenhum snapshot foi salvo",
			"Rode de novo quando elas acabarem: o que já foi enviado não é enviado outra vez."},
		"mark-damaged": {"\"{subject}\" está danificado: ele diz quais pacotes uma limpeza vai apagar",
			"Rode backup_projeto limpar{place} com uma chave que possa ler; ela tira o danificado do caminho."},
		"marks-change": {"o que as limpezas vão apagar muda mais depressa do que se consegue ler", "Rode de novo daqui a um minuto."},
	}
}
