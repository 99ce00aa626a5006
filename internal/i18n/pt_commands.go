package i18n

func ptCommands() map[string]CommandText {
	return map[string]CommandText{
		"": {"[OPÇÕES]", "backups criptografados e sem duplicação dos seus projetos",
			"Salva o projeto da pasta atual num snapshot (uma cópia) criptografado e incremental, numa pasta desta máquina ou no S3, e traz tudo " +
				"de volta. Sem nenhum argumento, salva num repositório na sua pasta de dados, criado no primeiro uso.",
			[]string{"", "--estrategia=s3 --bucket=meu-bucket --prefixo=backups-projeto", "--estrategia=s3 --bucket=meu-bucket --prefixo=backups-projeto --restaurar",
				"historico", "restaurar --snapshot 20/11/2026 --para /tmp/antigo"}},
		"backup": {"[OPÇÕES]", "Salva o projeto da pasta atual (o que acontece sem comando)",
			"Salva o projeto da pasta atual num novo snapshot. Só é lido o que mudou desde o último, e só é guardado o conteúdo que o " +
				"repositório ainda não tem. Um arquivo .backupignore em qualquer pasta deixa de fora o que casar com os padrões dele.",
			[]string{"backup", "backup --excluir node_modules --etiqueta antes-da-versao", "backup --simular --detalhado"}},
		"restore": {"[CAMINHO...] [OPÇÕES]", "Traz um snapshot de volta, inteiro ou em parte",
			"Grava um snapshot, ou só os caminhos indicados, na pasta atual ou na de --para. O que já está idêntico não é tocado. Antes de " +
				"substituir qualquer coisa, o plano é mostrado, você é perguntado e o estado atual é salvo num snapshot, para que a restauração possa ser desfeita. " +
				"Nada é apagado.",
			[]string{"restaurar", "restaurar src/main.go --snapshot 20/11/2026", "restaurar --para /tmp/antigo --simular", "restaurar 'docs/*.md'"}},
		"snapshots": {"[OPÇÕES]", "Lista os snapshots",
			"Lista os snapshots do projeto da pasta atual, o mais novo por último. Em outra pasta, ou com --todos, lista os de todos os projetos.",
			[]string{"historico", "historico --todos --json"}},
		"ls": {"[CAMINHO] [OPÇÕES]", "Lista os arquivos de um snapshot",
			"Lista uma pasta de um snapshot: tipo e permissões, tamanho, data e nome.",
			[]string{"listar", "listar src --snapshot 20/11/2026"}},
		"cat": {"CAMINHO [OPÇÕES]", "Mostra um arquivo de um snapshot",
			"Escreve na saída padrão o conteúdo de um arquivo, como está num snapshot.",
			[]string{"mostrar src/main.go", "mostrar notas.txt --snapshot 20/11/2026 > notas-antigas.txt"}},
		"diff": {"[SNAPSHOT [SNAPSHOT]] [OPÇÕES]", "Mostra o que mudou entre dois snapshots",
			"Lista o que foi adicionado (+), removido (-) e alterado (M) do primeiro snapshot para o segundo. Com um só, compara com o " +
				"último; sem nenhum, os dois últimos.",
			[]string{"comparar", "comparar 0193a1b2", "comparar 01/11/2026 20/11/2026"}},
		"find": {"PADRÃO... [OPÇÕES]", "Busca arquivos em todos os snapshots",
			"Procura nomes que casem com um padrão na sintaxe do .gitignore, em todos os snapshots do projeto ou só no de --snapshot, e diz " +
				"em quais deles está cada versão.",
			[]string{"buscar .env", "buscar '*.sqlite' --todos"}},
		"retain": {"[OPÇÕES]", "Descarta snapshots antigos e mantém os certos",
			"Decide, para cada projeto e dispositivo, quais snapshots são mantidos: o último de cada hora, dia, semana e assim por diante, tantos quantos as " +
				"opções dizem. O plano é mostrado e você é perguntado. O que é descartado vai para a lixeira, de onde \"resgatar\" o traz de volta por 30 dias.",
			[]string{"reter --simular", "reter --manter-diarios=30 --manter-horarios=0", "reter --todos --sem-perguntar"}},
		"pin": {"[SNAPSHOT...] [OPÇÕES]", "Mantém um snapshot aconteça o que acontecer",
			"Fixa snapshots, para que \"reter\" nunca os descarte. Sem nenhum, lista os fixados.", []string{"fixar 0193a1b2", "fixar 20/11/2026", "fixar"}},
		"unpin": {"SNAPSHOT... [OPÇÕES]", "Permite que um snapshot fixado seja descartado",
			"Desfaz o que \"fixar\" fez; o próximo \"reter\" decide sobre eles como sobre qualquer outro.", []string{"desafixar 0193a1b2"}},
		"drop": {"SNAPSHOT... [OPÇÕES]", "Descarta os snapshots que você disser",
			"Põe snapshots na lixeira, digam o que disserem as regras de \"reter\", menos os fixados. Você é consultado. Por 30 dias \"resgatar\" os traz de volta.",
			[]string{"descartar 0193a1b2"}},
		"undelete": {"[SNAPSHOT...] [OPÇÕES]", "Traz de volta snapshots descartados",
			"Traz snapshots de volta da lixeira. Sem nenhum, lista o que há nela, e até quando.", []string{"resgatar", "resgatar 0193a1b2"}},
		"prune": {"[OPÇÕES]", "Libera o espaço do que nenhum snapshot precisa",
			"Apaga dados guardados de que nenhum snapshot precisa, em dois passos: o que não tem uso é marcado, e apagado por uma execução depois do tempo de " +
				"carência, para que backups que rodam enquanto isso, em qualquer máquina, fiquem seguros. Pacotes usados em parte são copiados. O plano é mostrado antes, e você é consultado.",
			[]string{"limpar --simular", "limpar --max-sem-uso=10% --sem-perguntar"}},
		"parity": {"[OPÇÕES]", "Protege os pacotes de danos no disco",
			"Grava, ao lado de cada pacote que não a tem, um pouco de paridade (Reed–Solomon), com que um pacote danificado é lido e consertado. --definir diz quanto: com 2%, " +
				"um pacote cheio de 16 MiB aguenta a perda de quaisquer 5 setores de 4 KiB, quase sempre de 20 espalhados, ou de 336 KiB seguidos ou do fim. Não ajuda contra um pacote perdido " +
				"por inteiro: para isso são 100%, ou um segundo repositório. Pacotes novos passam a ter a paridade ao serem salvos. O plano é mostrado antes, e você é consultado.",
			[]string{"paridade --definir 2%", "paridade --simular", "paridade --conferir --sem-perguntar", "paridade --definir off"}},
		"lock": {"[OPÇÕES]", "Prolonga as travas do que os snapshots precisam",
			"Para um bucket com Object Lock: encontra o que os seus snapshots precisam, vê até quando tem trava, e trava de novo, pelo prazo de --trava, o que acaba dentro da metade dele. " +
				"O plano e as requisições são mostrados antes, e você é consultado. Rode-o por agendamento, bem dentro da metade desse prazo.",
			[]string{"travar --trava=30d --simular", "travar --trava=30d --sem-perguntar"}},
		"repair": {"[OPÇÕES]", "Repara um repositório danificado",
			"Encontra o que está danificado ou falta, mostra o que dá para fazer, pergunta, e faz: pacotes fora do índice voltam a ser listados; o que se lê de " +
				"pacotes danificados é salvo; o que se perdeu deixa de contar como presente, para que o próximo backup de qualquer máquina o guarde de novo; o que não pode ser lido é posto de lado, e nunca apagado. " +
				"Depois, cada arquivo perdido de cada snapshot é listado. --dados=100% olha antes dentro de todos os pacotes.",
			[]string{"reparar --simular", "reparar --dados=100%", "reparar --de=/mnt/segundo --sem-perguntar"}},
		"verify": {"[OPÇÕES]", "Prova que o repositório está inteiro",
			"Confere se todos os snapshots, pastas e blocos estão presentes e têm o tamanho certo. --dados também lê e autentica os dados guardados, " +
				"uma parte que avança a cada vez, para que execuções repetidas cubram tudo; --amostra restaura arquivos como teste e compara.",
			[]string{"verificar", "verificar --dados=5% --amostra 20", "verificar --dados=100%"}},
		"key": {"COMANDO [OPÇÕES]", "Mostra e muda o que abre o repositório",
			"Um repositório abre com qualquer uma de suas chaves: a de um dispositivo, o código de recuperação, uma senha. Mudar chaves não regrava dados.", nil},
		"key list": {"[OPÇÕES]", "Lista as chaves", "Lista as chaves que abrem o repositório: tipo, nome, data, e quando e o que foi salvo com cada uma por último. As revogadas ou removidas, e os dispositivos " +
			"sem chave, vêm depois.", []string{"chave listar"}},
		"key revoke": {"CHAVE [OPÇÕES]", "Revoga uma chave que está em outras mãos", "Encerra a chave, pelo nome ou pelos primeiros dígitos do id, de um dispositivo perdido ou roubado. O que ele salvou até agora fica, e se distingue; nada do que ele salvar daqui em diante conta, saiba o que souber. " +
			"A última chave que consegue ler não pode ser revogada.", []string{"chave revogar 5b2f09aa"}},
		"key admit": {"DISPOSITIVO [OPÇÕES]", "Faz valer snapshots de um dispositivo sem chave", "Para um dispositivo cuja chave se perdeu no próprio repositório. O que ele salvou até agora volta a valer.", []string{"chave admitir 5b2f09aa"}},
		"key add": {"senha|recuperacao|dispositivo [ARQUIVO] [OPÇÕES]", "Adiciona uma chave",
			"Adiciona uma senha, outro código de recuperação ou a chave de um dispositivo, que é gravada em ARQUIVO para outra máquina ou para um job de CI. \"chave dispositivo adicionar ARQUIVO\" é o mesmo que \"chave adicionar dispositivo ARQUIVO\".",
			[]string{"chave adicionar senha", "chave adicionar recuperacao", "chave adicionar dispositivo ci.key --rotulo ci --so-gravacao"}},
		"key device":     {"adicionar ARQUIVO [OPÇÕES]", "Adiciona a chave de um dispositivo", "\"chave dispositivo adicionar ARQUIVO\" é o mesmo que \"chave adicionar dispositivo ARQUIVO\".", nil},
		"key device add": {"ARQUIVO [OPÇÕES]", "Adiciona a chave de um dispositivo", "O mesmo que \"chave adicionar dispositivo ARQUIVO\": a chave de um dispositivo é gravada em ARQUIVO, para outra máquina ou para um job de CI.", []string{"chave dispositivo adicionar ci.key --rotulo ci --so-gravacao"}},
		"key remove":     {"CHAVE [OPÇÕES]", "Remove uma chave", "Remove uma chave, pelo nome ou pelos primeiros dígitos do id, de que você não precisa mais e que ninguém mais tem: senão, revogue. A última que consegue ler não pode ser removida.", []string{"chave remover 5b2f09aa"}},
		"key recovery":   {"[OPÇÕES]", "Mostra o kit de recuperação outra vez", "Mostra o código de recuperação e o que é preciso para usá-lo, depois de confirmar quem você é.", []string{"chave recuperacao"}},
		"key passphrase": {"[OPÇÕES]", "Troca a senha", "Troca a senha, ou define a primeira. Nenhum dado guardado é regravado.", []string{"chave senha"}},
		"stats": {"[OPÇÕES]", "Mostra quanto está guardado",
			"Mostra quantos snapshots, projetos e pacotes existem, quanto conteúdo têm e quanto espaço isso ocupa.", []string{"estatisticas"}},
		"version": {"[OPÇÕES]", "Mostra a versão", "Mostra a versão do programa e como ele foi compilado.", []string{"versao --json"}},
		"completion": {"bash|zsh|fish|powershell", "Escreve o script de autocompletar de um shell",
			"Escreve um script que faz o seu shell completar comandos e opções.",
			[]string{"completion bash > ~/.local/share/bash-completion/completions/backup_projeto", "completion zsh > ~/.zfunc/_backup_projeto",
				"completion fish > ~/.config/fish/completions/backup_projeto.fish", "completion powershell >> $PROFILE"}},
		"man": {"[OPÇÕES]", "Escreve a página do manual", "Escreve a página do manual, em roff.", []string{"man > backup_projeto.1", "man --idioma=en > backup_projeto.en.1"}},
	}
}
