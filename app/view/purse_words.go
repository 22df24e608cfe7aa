package view

import (
	"strings"

	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
)

// The texts of the task wallet are in this file, those before a payment in
// preflight_words.go. Rules: every text that leads to money says what can be
// lost; what a wallet will ask is said before it asks. W1 to W7 are those of
// taskwallet.md §13, word by word; what is in braces is filled in.
const (
	wordsW1 = "Your wallet will show the same text twice. That signature is the key of your task wallet, a small purse in this page. Put in only what you would carry in a pocket: whoever gets the signature, or changes the page at {host}, can spend it. Your own wallet stays out of reach."
	wordsW2 = "This copy at {host} opens the task wallet of {site}. Go on only if you trust this copy."
	wordsW3 = "Anyone who can use this browser profile, and any program on this computer, can spend the task wallet."
	wordsW4 = "This key cannot be made again from your wallet. It exists only in the backup file. Without the file and its password the money in it is gone."
	wordsW5 = "Someone else used this task wallet ({tx}). If that was not you on another device, take the money out now and go on with number {n+1}."
	wordsW7 = "Your wallet will sign a number that nobody can read. A dishonest page can empty an account that way. Use an account that holds nothing else."
)

const (
	purseWhy     = "The Relay wants signatures that wallets no longer make; a small purse in this page makes them."
	welcomePurse = "A small purse in this page: two signatures make it and two transfers fill it, the first time only. After that your wallet is not asked again, and what is left you can take out."

	purseReady = "The task wallet can pay. Nothing was started: your task waits for your click."

	purseChain = "Your wallet is on another network. Nothing can be made or sent before it is on {network}."

	refusedText = "All pages of this gateway share one origin, so each of them could open a task wallet made here and spend what is in it. Nothing was made and nothing was charged."
	refusedGo   = "The same page has an address of its own, where a task wallet is safe from its neighbours:"
	refusedNone = "Open this page under an address of its own, or let your wallet sign every request itself: that is under Advanced, in the dialog of your wallet."

	setupPromptsText = "Your wallet will ask 2 times now, for signatures that cost nothing, and then {transfers} you choose."

	sameMachineText = "The text names {site}: all addresses of this computer have the same task wallet."

	underivableText = "Your wallet does not give the same signature twice, or it is a contract. So the key of a task wallet cannot come from it. Nothing was charged."
	underivableGo   = "A key made by chance works as well, if you keep its file. Nothing can be put in before the backup is made and proven."

	lockedText       = "One signature in your wallet opens it again and costs nothing. The signature is the key: whoever gets it can spend what is in here."
	lockedRandomText = "This key was made by chance. Only its backup file opens it; without the file and its password the money in it is gone."

	fundText     = "Put in only what you would carry in a pocket: whoever changes this page can spend it. What you do not use you can take out again at any time."
	fundGasText  = "That is twice the gas of today, because its price moves. What is not used stays yours."
	fundUnread   = "What it costs could not be read from the blockchain. Nothing was sent."
	fundTooFew   = "Your wallet has only {has}."
	fundToken    = "CNX, 18 decimals, {address}"
	fundUntold   = "the wallet has not told its hash"
	fundMore     = "More than {most} tasks at once"
	fundMoreText = "The limit is there because whoever changes this page can spend what is in the task wallet. Raise it only as far as you need."
	fundPending  = "On the way, do not send again:"
	fundFreeAsks = "Your wallet will ask once: for the CNX. Gas is free on this network."
	fundGasThere = "Your wallet will ask once: for the CNX. There are coins for gas enough in the task wallet."
	fundAsks     = "Your wallet will ask 2 times: first for the coins for gas, then for the CNX."

	sweepText     = "{amount} go back to the owner of this task wallet, your wallet:"
	sweepGas      = "The task wallet signs this by itself and pays the gas from what is in it. It stays yours and can be filled again."
	sweepRunning  = "While a task runs the coins for gas stay, to get a fee back; take them out after it has ended."
	sweepCameBack = "{amount} came back after everything had been taken out. Take it out as well, or pay for tasks with it."
	sweepSentPart = "The CNX was sent. The coins for gas stay while a task runs, to get a fee back; take them out after it has ended."
	sweepNothing  = "There is nothing in it."

	backupText     = "The backup file opens this task wallet without your own wallet. Whoever has the file and the password can spend what is in it; without the password the file is of no use to anybody, nor to you."
	backupWriting  = "Writing the file. This takes a few seconds."
	backupUnsaved  = "The file could not be written. Nothing was changed; try again."
	backupSaved    = "The file was saved. Now prove that it opens."
	backupProve    = "Choose the saved file and type its password once more. Only a file that opens can bring the money back."
	backupProven   = "The backup opens: it is proven."
	backupNoFile   = "No file was opened. Choose the backup file."
	passwordShort  = "Take at least 10 characters: whoever finds the file may try passwords without end."
	passwordOther  = "The two are not the same."
	passwordNeeded = "Type the password of the file."

	budgetText = "{spent} spent since you last opened or filled it; at {budget} it stops and asks you"

	lockText       = "Lock forgets the key and loads this page anew. One signature opens it again."
	lockKeptText   = "Lock forgets the key and loads this page anew. What this browser keeps opens it again."
	idleText       = "It was locked because nobody was here for 30 minutes."
	leavingText    = "It is locked. This page is loaded anew as soon as your wallet has answered and everything is saved."
	lockRandomText = "Lock forgets the key and loads this page anew. Only the backup file opens it again."

	lockedHereText       = "This browser keeps the key; your wallet is not asked."
	lockedRandomKeptText = "If that does not open it, only its backup file does; without the file and its password the money in it is gone."

	keptNot            = "It does not stay: after each reload one signature opens it, or its backup file."
	keptPassphrase     = "It stays in this browser under a passphrase."
	keptHere           = "It stays in this browser, and one click opens it."
	keepPassphraseText = "The key stays here, locked with a passphrase, and opens without your wallet. Nobody can bring back a passphrase that is forgotten; the other ways to open it stay."
	keepShared         = "Not at this address: other pages have the same origin, so each of them could use what is kept here."
	keepNoBackup       = "Not before the backup is proven: this key exists nowhere else."
	keepDoneNot        = "This browser has forgotten it."
	passphraseShort    = "Take at least 10 characters: whoever copies what this browser keeps may try passphrases without end."
	passphraseNeeded   = "Type the passphrase."

	activityNone = "It has signed nothing in this browser."
	endsText     = "Retire a key that somebody else may have. Delete it where you do not need it any more."
	retireText   = "A retired key never signs again, and what this browser keeps of it is forgotten. Take everything out first."
	retireNumber = "Your wallet then makes the next one, number {n}, after one more question."
	retireFull   = "There is still CNX in it: take everything out first."
	retireTaken  = "What is left in it cannot be taken out from here, because somebody else has the key. Write its backup first, if you want to try it with another wallet."
	retiredDone  = "The key is retired. The next one waits to be made."
	retiredText  = "You went on with another key, so this one signs nothing more."
	usedText     = "This key was used before, somewhere else, and holds no CNX now. If you retired it there, retire it here as well and go on with the next one."
	nextText     = "It will be key number {n}: the earlier ones are retired."

	deleteText      = "This browser forgets the task wallet and what belongs to it. Your tasks stay. Nothing on the blockchain changes."
	deleteReading   = "Looking what is left in it…"
	deleteEmpty     = "There is nothing in it, as two nodes say, and there is a way back to the key: nothing would be lost."
	deleteUnsafe    = "Something could be lost for ever:"
	deleteUnread    = "No node could say whether it is empty."
	deleteOneNode   = "Only one node could say what is left."
	deleteNoWayBack = "Nobody can make this key again, and its backup was never proven."
	deleteMoney     = "There is {amount} in it."
	deleteRefund    = "{payments} can still come to it: fees of tasks that have not ended, or transfers on their way."
	deleteNotTyped  = "Type the last four characters of the address above, capital and small letters as they are."
	deletedDone     = "This browser has forgotten the task wallet."

	sweepElse     = "Send it to another address"
	sweepElseText = "Anything sent to a wrong address is gone: nobody can bring it back."
	sweepSure     = "Everything, {amount}, is sent to this address and to no other. Compare all of it with where you know it from:"
	sweepNoTarget = "Type the whole address, 0x and 40 characters, with its capital and small letters."
	sweepOwn      = "Nothing can be sent to this address: it is the task wallet itself, or the contract of CNX."
	sweepOther    = "A character is wrong, or its letters are not capital and small as your wallet shows them: that pattern is the check against slips, so an address in small letters alone is not taken. Copy it from where you know it."

	findText    = "The blockchain tells to which accounts your wallet sent CNX. Looking costs nothing, and your wallet is not asked."
	findNothing = "Your wallet sent CNX to no account that could be a task wallet."
	findPart    = "Only the newer part of the blockchain could be searched."
	findFound   = "Found: {address}, {amount}"
	findAsks    = "Choose the one you look for. Your wallet is then asked for a signature under each name until one fits, at most {times}: {names}. The signatures cost nothing, and each is a key: whoever gets it can spend what is in that task wallet."
	findTrust   = "This copy at {host} opens a task wallet that was made under another name. Go on only if you trust this copy."
	findName    = "The name is usually the host where the page was opened, such as crynux.example.org. Your wallet is asked once."
	findBadName = "Type the name as it stands in the address: small letters, digits, points and hyphens, without https:// and what follows the name."

	movedText    = "This page now names other addresses for the network than when your task wallet was made. Whoever changed them may want what is in it, so it signs nothing for the new ones."
	takenText    = "There is code at the address of your task wallet, and this page never puts any there: somebody else has the key. What is in it can be gone at any moment."
	stoppedText  = "The key is still yours. Write its backup and move what is in it with another wallet; nothing is sent from here."
	heldText     = "The key is here, and signs nothing. Write its backup now."
	keystoreText = "The backup is a keystore file, as other wallets read it: import it there with its password, choose the network or the token that the money is on, and send it to your own wallet. It is the same for money that was sent on a wrong network or as another token."

	directText     = "Let this wallet sign every request itself (eth_sign)"
	directOrdinary = "This Relay accepts ordinary wallet signatures. Your wallet signs every request itself; a task wallet is not needed, it only saves you the prompts."
)

// fill puts values into the braces of a text.
func fill(text string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "{"+pairs[i]+"}", pairs[i+1])
	}
	return text
}

// setupPrompts announces what the wallet will ask from making the key to the end of funding.
func setupPrompts(freeGas bool) string {
	transfers := "for 2 transfers of what"
	if freeGas {
		transfers = "for 1 transfer of what"
	}
	return fill(setupPromptsText, "transfers", transfers)
}

// coins is an amount of what gas is paid in.
func coins(v uint256.Int, n Network) string { return job.Decimal(v, 6) + " " + coin(n) }

// both is an amount of CNX and one of coins; what is nothing is not said.
func both(cnx, native uint256.Int, n Network) string {
	switch {
	case native.IsZero():
		return job.CNX(cnx)
	case cnx.IsZero():
		return coins(native, n)
	}
	return job.CNX(cnx) + " and " + coins(native, n)
}

// aboutTasks says in the header how many tasks a balance pays for.
func aboutTasks(tasks uint64) string {
	if tasks == 0 {
		return "not enough for a task"
	}
	return enoughFor(tasks)
}

func enoughFor(tasks uint64) string {
	switch {
	case tasks == 0:
		return "no task"
	case tasks > 9999:
		return "thousands of tasks"
	}
	return "about " + counted(int(tasks), "task")
}

// lowWarning is shown while what is in the task wallet pays for fewer than two tasks.
func lowWarning(tasks uint64) string {
	switch tasks {
	case 0:
		return "It cannot pay for a task: add funds first."
	case 1:
		return "Enough for one more task. Add funds before it runs out."
	}
	return ""
}

// pursePhrase names where a job of the task wallet is, and what that is for; ""
// where it is the same for every job.
func pursePhrase(s job.State) (phrase, meaning string) {
	if s.Order.Hand != job.ByTaskWallet {
		return "", ""
	}
	switch s.Phase {
	case job.AwaitApproval:
		return "Allowing the payment", "The task wallet lets the task contract take " + job.CNX(s.Order.Fee) + ", once. This step costs only gas."
	case job.AwaitCreate:
		return "Paying for the task", "The task wallet pays " + job.CNX(s.Order.Fee) + " and gas. Then three nodes are drawn for the task."
	case job.AwaitCancel:
		return "Claiming the fee back", "The task wallet ends the task, and the contract gives " + job.CNX(s.Held()) + " back to it. This step costs only gas."
	case job.Uploading:
		return "Sending the task", "The task wallet signs it for the Relay. It costs nothing."
	case job.Fetching:
		if s.Asks() {
			return fetching(s), "The task wallet signs for each result. It costs nothing."
		}
	}
	return "", ""
}
