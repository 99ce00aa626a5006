package cli

import (
	"backup_projeto/internal/config"
)

// The scopes that commands share.
const (
	anywhere = config.Where | config.Output
	then     = anywhere | config.Past
	ofOne    = then | config.Which | config.Picking
	saving   = anywhere | config.Which | config.Saving | config.Trying | config.Working
	writing  = ofOne | config.Writing | config.Selecting | config.Trying | config.Working
)

// commands lists every command.
func commands() command {
	return command{
		en: Program, max: -1, run: runContract,
		scopes: saving | config.Switch | writing | config.Versions, hidden: config.Retaining,
		subs: []command{
			{en: "backup", more: []string{"salvar"}, scopes: saving, hidden: config.Retaining, run: runBackup},
			{en: "restore", pt: "restaurar", scopes: writing, max: -1, run: runRestore},
			{en: "snapshots", pt: "historico", more: []string{"histórico", "history"}, scopes: then | config.Which | config.Listing, run: runSnapshots},
			{en: "ls", pt: "listar", scopes: ofOne, max: 1, run: runList},
			{en: "cat", pt: "mostrar", scopes: ofOne, min: 1, max: 1, run: runCat},
			{en: "diff", pt: "comparar", scopes: then | config.Which, max: 2, run: runDiff},
			{en: "find", pt: "buscar", scopes: ofOne | config.Listing, min: 1, max: -1, run: runFind},
			{en: "verify", pt: "verificar", scopes: then | config.Proving | config.Working, run: runVerify},
			{en: "repair", pt: "reparar", scopes: anywhere | config.Repairing | config.Trying | config.Working, run: runRepair},
			{en: "retain", pt: "reter", scopes: anywhere | config.Which | config.Listing | config.Trying | config.Retaining, run: runRetain},
			{en: "pin", pt: "fixar", scopes: anywhere | config.Which, max: -1, run: runPin},
			{en: "unpin", pt: "desafixar", scopes: anywhere | config.Which, min: 1, max: -1, run: runUnpin},
			{en: "drop", pt: "descartar", scopes: anywhere | config.Which, min: 1, max: -1, run: runDrop},
			{en: "undelete", pt: "resgatar", scopes: anywhere, max: -1, run: runUndelete},
			{en: "prune", pt: "limpar", scopes: anywhere | config.Trying | config.Working | config.Pruning, run: runPrune},
			{en: "parity", pt: "paridade", scopes: anywhere | config.Trying | config.Working | config.Sparing, run: runParity},
			{en: "lock", pt: "travar", scopes: anywhere | config.Trying | config.Working, run: runLock},
			keyCommands(),
			{en: "stats", pt: "estatisticas", more: []string{"estatísticas"}, scopes: anywhere, run: runStats},
			{en: "version", pt: "versao", more: []string{"versão"}, scopes: config.Output, run: runVersion},
			{en: "completion", more: []string{"completar"}, scopes: config.Output, min: 1, max: 1, run: runCompletion, complete: completeShells},
			{en: "man", more: []string{"manual"}, scopes: config.Output, run: runMan},
		},
	}
}

func keyCommands() command {
	return command{
		en: "key", pt: "chave", scopes: anywhere, max: -1, run: runKeyHelp,
		subs: []command{
			{en: "list", pt: "listar", scopes: anywhere, run: runKeyList},
			{en: "add", pt: "adicionar", scopes: anywhere | config.Slots, min: 1, max: 2, run: runKeyAdd, complete: completeLocks},
			{en: "remove", pt: "remover", scopes: anywhere, min: 1, max: 1, run: runKeyRemove},
			{en: "revoke", pt: "revogar", scopes: anywhere, min: 1, max: 1, run: runKeyRevoke},
			{en: "admit", pt: "admitir", scopes: anywhere, min: 1, max: 1, run: runKeyAdmit},
			{en: "recovery", pt: "recuperacao", more: []string{"recuperação"}, scopes: anywhere, run: runKeyRecovery},
			{en: "passphrase", pt: "senha", scopes: anywhere, run: runKeyPassphrase},
			{en: "device", pt: "dispositivo", scopes: anywhere | config.Slots, max: -1, run: runKeyDeviceHelp, alias: true, subs: []command{
				{en: "add", pt: "adicionar", scopes: anywhere | config.Slots, min: 1, max: 1, run: runKeyDeviceAdd},
			}},
		},
	}
}
