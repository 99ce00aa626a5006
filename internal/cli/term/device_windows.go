package term

// Device is the console of the process, whatever its standard files are.
const Device = "CONOUT$"
