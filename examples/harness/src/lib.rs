//! A shop for pets would stand here; what is of interest are its tests.
