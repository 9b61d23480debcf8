// Package uitest drives the real window from outside, as a person would: it
// builds the program, starts it on a screen of its own (Xvfb), types, clicks and
// reads through WebKitWebDriver, answers GTK's dialogs through xdotool, listens
// as a screen reader does, and kills what it wants dead.
//
// The program under test is the released one plus the build tag wdriver, which
// lets WebKitWebDriver reach its web view, see automation_linux.go in the main
// package. The engine libraries and the starter model must be in their places;
// "make test" puts them there. All of it is for Linux.
package uitest
