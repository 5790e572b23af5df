package rules

import "slices"

// The data sources a site can have.
const (
	SourceGoogle    Source = "google"        // Google Calendar, Google Workspace
	SourceMicrosoft Source = "microsoft365"  // Office 365 calendar
	SourceExchange  Source = "exchange"      // Microsoft Exchange in the LAN
	SourceDatabase  Source = "database"      // a price database in the LAN
	SourceLAN       Source = "lan-service"   // any other service in the LAN
	SourceCalDAV    Source = "caldav"        // polled
	SourceCSV       Source = "csv-url"       // polled
	SourceSheets    Source = "google-sheets" // polled
)

// AllSources are the kinds of source, in the order they are shown.
func AllSources() []Source {
	return []Source{
		SourceGoogle, SourceMicrosoft, SourceExchange, SourceDatabase,
		SourceLAN, SourceCalDAV, SourceCSV, SourceSheets,
	}
}

// Valid tells whether s is a kind of source.
func (s Source) Valid() bool { return slices.Contains(AllSources(), s) }

// Notifies tells whether the source calls the server when its data changes:
// those need the webhook, the others are polled.
func (s Source) Notifies() bool { return s == SourceGoogle || s == SourceMicrosoft }

// InLAN tells whether the source is inside the LAN and needs no Internet rule.
func (s Source) InLAN() bool {
	return s == SourceExchange || s == SourceDatabase || s == SourceLAN
}

// Has tells whether any of the sources is chosen.
func (f Facts) Has(sources ...Source) bool {
	return slices.ContainsFunc(sources, func(s Source) bool { return slices.Contains(f.Sources, s) })
}

// Notifies tells whether a chosen source sends change notifications.
func (f Facts) Notifies() bool { return slices.ContainsFunc(f.Sources, Source.Notifies) }
