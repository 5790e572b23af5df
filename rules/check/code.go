package check

// Code is a reason code, such as "tcp.silent". Codes are stable: they are
// printed in JSON and key the words shown to the user.
type Code string
