// Package disk tells what the system knows of the disks. It is a leaf, for the
// engine and the app alike.
package disk
