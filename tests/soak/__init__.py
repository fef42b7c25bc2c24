"""Long runs that look for rewrites which change what a program does; not part of `make test`."""
