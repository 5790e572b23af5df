package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

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
		rep, err := readReport(name)
		if err != nil {
			return badInput(check.Say("problems.command.saved", "path", name).For(err))
		}
		if board.Remember(rep) == 0 && !board.Blank() {
			a.say("saved.nothing", "path", name, "from", board.Words().Place(rep.From))
		}
	}
	if save == "" || !isRegular(save) {
		return nil
	}
	rep, err := readReport(save)
	if err != nil {
		return badInput(check.Say("problems.command.save-there", "path", save).For(err))
	}
	board.Remember(rep)
	return nil
}

func readReport(name string) (wizard.Report, error) {
	data, err := readFile(name, wizard.MaxReport)
	if err != nil {
		return wizard.Report{}, plainFileError(err, "problems.command.no-saved-file")
	}
	return wizard.ParseReport(data)
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
