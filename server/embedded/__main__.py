"""Started by `start_servers`, never by hand."""

import sys

from server.embedded.supervisor import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
