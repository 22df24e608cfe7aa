package app

import (
	"fmt"

	"crynux-dapp/app/job"
	"crynux-dapp/app/widget"
)

// The words of the frame. Nothing of them is about a task that was paid for,
// unless they say so.

func unwelcomeProblem(a widget.Around) job.Problem {
	return job.Problem{
		Title:  "This site may not show the widget",
		Detail: fmt.Sprintf("%s is not in the list of sites that %s allows. Nothing was charged.", site(a.Host), a.Own),
		Remedy: "Open Crynux DApp itself, or ask whoever runs it to add the site to config.json.",
	}
}

func liesProblem(a widget.Around) job.Problem {
	return job.Problem{
		Title:  "The page around this frame is not the one it says",
		Detail: fmt.Sprintf("It says %s; the browser says %s. Nothing is shown or paid here, and nothing was charged.", site(a.Host), site(a.Ancestors[0])),
		Remedy: "Leave that page.",
	}
}

func site(origin string) string {
	if origin == "" {
		return "nothing"
	}
	return origin
}

// nakedProblem is widget.html outside of a frame.
var nakedProblem = job.Problem{
	Title:  "This page is part of other pages",
	Detail: "It shows the widget in the page of a host. Nothing was charged.",
	Remedy: "Open Crynux DApp itself instead.",
}

var (
	floodProblem = job.Problem{
		Title:  "This site sends too many messages",
		Detail: "It is not listened to any more. Nothing of what it sent could pay for anything.",
		Remedy: "You can go on here. Reloading the page listens again.",
	}
	popupProblem = job.Problem{
		Title:  "The browser did not open the tab",
		Detail: "It blocks pop-ups of this site. Nothing was charged.",
		Remedy: "Allow pop-ups for this frame, then press again.",
	}
	silentTabProblem = job.Problem{
		Title:  "The tab cannot talk to this frame",
		Detail: "It was closed before it answered, or this site keeps its tabs apart (Cross-Origin-Opener-Policy). Nothing was charged here.",
		Remedy: "Press again. If the tab opens and stays empty, use Crynux DApp itself.",
	}
	closedTabProblem = job.Problem{
		Title:  "The tab was closed",
		Detail: "A task that was paid there goes on in the network.",
		Remedy: "Open Crynux DApp in this browser: it goes on there and shows the result.",
		Quiet:  true,
	}
	leftProblem = job.Problem{
		Title:  "Nothing is sent here",
		Detail: "In the tab it was decided to keep the result there. This frame has charged nothing.",
		Quiet:  true,
	}
	inTabProblem = job.Problem{
		Title:  "This task lives in its tab",
		Detail: "What can be done about it is done there. Nothing was charged by this press.",
		Remedy: "Go to the tab of Crynux DApp.",
		Quiet:  true,
	}
)
