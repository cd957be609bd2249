package dev.fanfare.hub;

/// One command of the program: what can be written after its name, and what it then does.
interface Command {
    /// Says the command's name, arguments and options.
    void describe(Syntax syntax);

    /// Does what the call asks for.
    ///
    /// @throws Exception anything; [Faults] turns it into one line and an exit code
    Exit run(Call call) throws Exception;
}
