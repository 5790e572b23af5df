package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/syncsign/sops-firewall/wizard"
)

func savedFlag(c *cobra.Command, to *[]string) {
	c.Flags().StringArrayVar(to, "saved", nil, "results that check --save wrote at another place; may be given again")
}

// remember brings the results of other places to the board. save is the file
// that this run will write: what it holds already is kept, and a file of
// somebody else is not overwritten.
func (a *app) remember(board *wizard.Board, saved []string, save string) error {
	for _, name := range saved {
		rep, err := readReport(name)
		if err != nil {
			return badInput(fmt.Errorf("--saved %s: %w", name, err))
		}
		if board.Remember(rep) == 0 && !board.Blank() {
			a.say("%s: seen from %s; no row in it is one of this site that only another place can see.", name, rep.From)
		}
	}
	if save == "" || !isRegular(save) {
		return nil
	}
	rep, err := readReport(save)
	if err != nil {
		return badInput(fmt.Errorf("--save %s: the file is there already and stays as it is: %w; or give another name", save, err))
	}
	board.Remember(rep)
	return nil
}

func readReport(name string) (wizard.Report, error) {
	data, err := readFile(name, wizard.MaxReport)
	if err != nil {
		return wizard.Report{}, plainFileError(err, "check --save makes one")
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
		return failed(fmt.Errorf("--save %s: the result could not be saved (%w); give another place", name, err))
	}
	a.say("Saved: %s", name)
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
		return nil, fmt.Errorf("larger than %d KiB: this is another kind of file", limit>>10)
	}
	return data, nil
}

// plainFileError says in plain words what the system said about a file; other
// is what to do where there is none.
func plainFileError(err error, other string) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no such file; %s", other)
	case errors.Is(err, fs.ErrPermission):
		return errors.New("this user may not read it; check who owns the file")
	}
	var p *fs.PathError
	if errors.As(err, &p) { // the name is said already
		return fmt.Errorf("it cannot be read (%w); give a file", p.Err)
	}
	return err
}
