package wizard

import (
	"encoding/xml"
	"fmt"
	"strings"
)

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string     `xml:"classname,attr"`
	Name    string     `xml:"name,attr"`
	Failure *junitText `xml:"failure,omitempty"`
	Skipped *junitText `xml:"skipped,omitempty"`
}

type junitText struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// JUnit is the report in the XML that build servers read. What is not proven
// counts as skipped, never as passed.
func (r Report) JUnit() ([]byte, error) {
	s := junitSuite{Name: "sops-firewall", Tests: len(r.Results), Time: fmt.Sprintf("%.3f", float64(r.TookMS)/1000)}
	for _, x := range r.Results {
		c := junitCase{Class: x.Table, Name: x.Code + " " + x.Flow}
		text := &junitText{Message: x.Reason, Text: strings.TrimSpace(x.Said + "\n" + x.Todo)}
		switch x.Status {
		case "pass", "note":
		case "fail":
			c.Failure = text
			s.Failures++
		default:
			c.Skipped = text
			s.Skipped++
		}
		s.Cases = append(s.Cases, c)
	}
	data, err := xml.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, err
	}
	return append([]byte(xml.Header), append(data, '\n')...), nil
}
