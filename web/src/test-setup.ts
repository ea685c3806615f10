/** Gives tests a browser's storage. */
import "fake-indexeddb/auto";
