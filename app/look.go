package app

import "notso/app/config"

// lookView is how the window looks and behaves as a whole: attributes of its
// root element. It also travels as the event "look".
type lookView struct {
	Theme   string `json:"theme"`
	Accent  string `json:"accent"`
	Density string `json:"density"`
	Size    int    `json:"size"` // percent
	Depth   string `json:"depth"`
	Motion  string `json:"motion"`
	Send    string `json:"send"` // which key sends: enter or ctrl+enter
}

func look(c config.Config) lookView {
	return lookView{
		Theme: string(c.Theme), Accent: c.Accent, Density: c.Density, Size: c.FontSize,
		Depth: c.Depth, Motion: c.Motion, Send: c.Send,
	}
}
