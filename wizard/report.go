package wizard

import "time"

// Report is `check --format json` (schema 1); fields are only ever added.
type Report struct {
	Schema  int            `json:"schema"`
	From    string         `json:"from"`
	Started time.Time      `json:"started"`
	TookMS  int64          `json:"took_ms"`
	Summary map[string]int `json:"summary"`
	Causes  []ReportCause  `json:"causes"`
	Results []ReportResult `json:"results"`
}

// ReportCause is one root cause.
type ReportCause struct {
	Reason   string   `json:"reason"`
	Status   string   `json:"status"`
	Said     string   `json:"said"`
	Todo     string   `json:"todo"`
	Explains []string `json:"explains"` // flow keys
}

// ReportResult is one flow.
type ReportResult struct {
	Code       string        `json:"code"`
	Table      string        `json:"table"`
	Rule       string        `json:"rule"`
	Flow       string        `json:"flow"`
	Host       string        `json:"host"`
	Port       uint16        `json:"port"`
	Proto      string        `json:"proto"`
	Importance string        `json:"importance"`
	Status     string        `json:"status"`
	Reason     string        `json:"reason"`
	Layers     []ReportLayer `json:"layers"`
	Said       string        `json:"said"`
	Todo       string        `json:"todo"`
}

// ReportLayer is one layer of a flow.
type ReportLayer struct {
	Layer   string `json:"layer"`
	Family  string `json:"family,omitempty"`
	Status  string `json:"status"`
	Reason  string `json:"reason,omitempty"`
	MS      int64  `json:"ms"`
	Address string `json:"address,omitempty"`
}

// Report makes the JSON form of what the board holds.
func (b *Board) Report(started time.Time, took time.Duration) Report { panic("not written yet") }

// Exit is the exit code of design section 6 for what the board holds: 0, 3 or 4.
func (b *Board) Exit() int { panic("not written yet") }
