package main

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

func savedFlag(c *cobra.Command, to *[]string) {
	c.Flags().StringArrayVar(to, "saved", nil, "")
}

// remember brings the results of other places to the board. save is the file
// that this run will write: what it holds already is kept, and a file of
// somebody else is not overwritten.
func (a *app) remember(board *wizard.Board, saved []string, save string) error {
	for _, name := range saved {
		reps, err := a.readSaved(name)
		if err != nil {
			return badInput(check.Say("problems.command.saved", "path", name).For(err))
		}
		for _, rep := range reps {
			if rep.Label == "" && rep.From == "hub" { // of an earlier version: the file tells offices apart
				base := filepath.Base(name)
				rep.Label = check.Clean(strings.TrimSuffix(base, filepath.Ext(base)), wizard.LabelMax)
			}
			if board.Remember(rep) == 0 && !board.Blank() {
				a.say("saved.nothing", "path", name, "from", board.Words().Place(rep.From))
			}
		}
	}
	if save == "" || !isRegular(save) {
		return nil
	}
	data, err := readFile(save, wizard.MaxReport)
	var rep wizard.Report
	if err == nil {
		rep, err = wizard.ParseReport(data)
	} else {
		err = plainFileError(err, "problems.command.no-saved-file")
	}
	if err != nil {
		return badInput(check.Say("problems.command.save-there", "path", save).For(err))
	}
	board.Remember(rep)
	return nil
}

// readSaved reads a file of results; - is what is pasted or piped in.
func (a *app) readSaved(name string) ([]wizard.Report, error) {
	if name == "-" {
		return a.readPasted()
	}
	data, err := readFile(name, wizard.MaxReport)
	if err != nil {
		return nil, plainFileError(err, "problems.command.no-saved-file")
	}
	return wizard.ParseSaved(data)
}

// readPasted reads results from the input: to its end, or at a terminal to the
// end of what is pasted.
func (a *app) readPasted() ([]wizard.Report, error) {
	typed := isTerminal(a.in)
	if typed {
		a.say("saved.paste")
	}
	in := bufio.NewReader(io.LimitReader(a.in, wizard.MaxReport+1))
	var text strings.Builder
	for {
		line, err := in.ReadString('\n')
		text.WriteString(line)
		if err != nil {
			break
		}
		if typed {
			if _, whole := wizard.Pasted(text.String()); whole {
				break
			}
		}
	}
	return wizard.ParseSaved([]byte(text.String()))
}

// placed tells a board what this place is called and what time it is.
func (a *app) placed(board *wizard.Board, label string) {
	here := a.here()
	board.Placed(func(site wizard.Site, from rules.Place) string {
		if label != "" {
			return label
		}
		return wizard.PlaceLabel(here, site, from)
	}, a.now)
}

// transfer prints what was seen as text to paste elsewhere.
func (a *app) transfer(board *wizard.Board, started time.Time) error {
	text, n := board.Transfer(started)
	if n == 0 {
		a.say("check.nothing-seen")
		return nil
	}
	a.say("check.transfer")
	return a.print("\n" + text)
}

// isRegular tells whether there is a file with something in it.
func isRegular(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular() && info.Size() > 0
}

// saveReport writes a report for --save; it does nothing without a name.
func (a *app) saveReport(rep wizard.Report, name string) error {
	if name == "" {
		return nil
	}
	data, err := rep.JSON()
	if err != nil {
		return failed(err)
	}
	if err := save(name, data); err != nil {
		var p *fs.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return failed(check.Say("problems.command.save", "path", name).For(err))
	}
	a.say("saved.done", "path", name)
	return nil
}

// save replaces a file in one step; a device or a pipe is written to as it is.
func save(name string, data []byte) error {
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(filepath.Clean(name), os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = f.Write(data)
		return errors.Join(err, f.Close())
	}
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target // the link stays
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".sops-*") // with mode 0600
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
	}
	return err
}

// readFile reads at most limit bytes of a file.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(filepath.Clean(path))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, check.Say("problems.command.large", "max", strconv.FormatInt(limit>>10, 10))
	}
	return data, nil
}

// plainFileError says in plain words what the system said about a file; none
// is the key of what to say and do where there is no such file.
func plainFileError(err error, none string) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return check.Say(none)
	case errors.Is(err, fs.ErrPermission):
		return check.Say("problems.command.rights")
	}
	var p *fs.PathError
	if errors.As(err, &p) { // the name is said already
		return check.Say("problems.command.unread").For(p.Err)
	}
	return err
}
