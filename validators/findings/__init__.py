"""Static findings: what our own checks for firmware and cppcheck have to say of a program."""
