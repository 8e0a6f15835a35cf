// Package durable keeps the results of a job safe while they come, and continues a job that did not finish.
//
// Whatever kills the program or the machine, the same job again goes on where it stopped: no input is left out. The
// file then has exactly one line an input; a call that the kill cut off may be made twice.
//
// [Stream] is a Stream that does so. [Open] gives the same to those who drive a job themselves, as the command does.
//
// # What is on disk
//
// Results are lines of JSON. Until each input has one they are in the partial file, pages.jsonl.part beside
// pages.jsonl, in the order in which calls ended. Each of its lines has a last member, check, with a hash of the input
// and a checksum, and so a line that a crash has torn or damaged is known: its call is made again. When the job is
// done, the finished file is made of it without those members and put in its place by a rename; until then it is as it
// was. That takes the space of the results once more.
//
// One process at a time writes a file: the partial file is locked by the system, which frees it when the process ends,
// however it does.
//
// # What it costs
//
// A run that continues another reads its partial file once, which takes some seconds for ten million short lines, and
// draws all inputs again. Inputs that are where they were cost two bits of memory each; with Resume, 16 bytes a result.
// Results are put in the order of the inputs in 8 MB of memory. A line of any length that is added in pieces
// ([Run.AddFrom]) takes no more than a piece, but where Resume or RetryFailed take over a finished file.
package durable
