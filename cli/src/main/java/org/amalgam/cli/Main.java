package org.amalgam.cli;

import org.amalgam.AmalgamException;
import org.amalgam.run.Workers;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.function.Supplier;

/** The entry point: {@code amalgam [OPTIONS] [OVERRIDES...]}, and the subcommands. */
public final class Main {

    /** Widths of the help in characters: the parser lays it out in no fewer, and longer lines are hard to read. */
    private static final int LEAST_WIDTH = 55;

    private static final int GREATEST_WIDTH = 120;

    private final Supplier<Program> program;
    private final Terminal terminal;
    private final PrintStream out;
    private final PrintStream err;

    /**
     * @param program what is commanded; asked for only when a command needs it
     * @param terminal what the output is shown on
     * @param out standard output, in the terminal's charset
     * @param err standard error, in the terminal's charset
     */
    public Main(Supplier<Program> program, Terminal terminal, PrintStream out, PrintStream err) {
        this.program = program;
        this.terminal = terminal;
        this.out = out;
        this.err = err;
    }

    public static void main(String[] arguments) {
        // Numbers are written with the same digits and points everywhere, whatever the language of the machine.
        Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
        Terminal terminal = Terminal.detect(System.getenv(), System.getProperties());
        PrintStream out = new PrintStream(StandardOutput.ofThisProcess(), true, terminal.charset());
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, terminal.charset());
        Interruption interruption = Interruption.watch(err, terminal.err());
        int code = new Main(Main::installed, terminal, out, err).run(arguments);
        interruption.over();
        Preparation.settle();
        System.exit(code);
    }

    private static Program installed() {
        return ServiceLoader.load(Program.class)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no Program on the class path"));
    }

    /**
     * Runs a command line.
     *
     * @return the exit code: 0, 2 for a mistake that the user can mend or an output that cannot be written, 1 for a fault of amalgam
     */
    public int run(String... arguments) {
        Console console = new Console(out, err, terminal, Console.Volume.NORMAL);
        AmalgamCommand root = new AmalgamCommand(program, console);
        CommandLine line = commandLine(root);
        int code = line.execute(arguments);
        console.flush();
        return out.checkError() ? incomplete(code) : code;
    }

    /** Whoever reads what was printed would take a part for all of it. */
    private int incomplete(int code) {
        err.println(
                "amalgam: standard output could not be written, so what was printed is not all there; is its disk full?");
        return code == 0 ? Failures.USER : code;
    }

    private CommandLine commandLine(AmalgamCommand root) {
        CommandLine line = new CommandLine(root)
                .addSubcommand(new DemoCommand(root))
                .addSubcommand(new CheckCommand(root))
                .addSubcommand(new ResumeCommand(root))
                .addSubcommand(new ExploreCommand(root))
                .addSubcommand(new CompareCommand(root))
                .addSubcommand(new MethodsCommand(root))
                .addSubcommand(new ParametersCommand(root))
                .addSubcommand(new ConvertCommand(root))
                .addSubcommand(new DiffCommand(root))
                .addSubcommand(new GroupsCommand(root))
                .addSubcommand(new CompletionCommand(root))
                .addSubcommand(new CompleteCommand(root))
                .setExpandAtFiles(false)
                .setOut(writer(out))
                .setErr(writer(err))
                .setColorScheme(scheme())
                .setUsageHelpWidth(Math.max(LEAST_WIDTH, Math.min(terminal.columns(), GREATEST_WIDTH)))
                .setUsageHelpAutoWidth(false)
                .setParameterExceptionHandler((wrong, arguments) -> failed(mended(wrong), root))
                .setExecutionExceptionHandler((failure, command, result) -> failed(failure, root));
        SettingsHelp.addTo(line);
        line.setExecutionStrategy(parsed -> {
            try {
                requireNothingBeforeCommand(parsed);
                return new CommandLine.RunLast().execute(parsed);
            } catch (AmalgamException
                    | CommandLine.ExecutionException
                    | StackOverflowError
                    | OutOfMemoryError
                    | LinkageError e) {
                return failed(
                        e instanceof CommandLine.ExecutionException && e.getCause() != null ? e.getCause() : e, root);
            }
        });
        return line;
    }

    private PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, terminal.charset()), true);
    }

    private ColorScheme scheme() {
        return CommandLine.Help.defaultColorScheme(terminal.colour() ? Ansi.ON : Ansi.OFF);
    }

    private int failed(Throwable failure, AmalgamCommand root) {
        out.flush();
        if (failure instanceof Workers.Ending) {
            // The interruption has said it.
            return Failures.INTERRUPTED;
        }
        err.println(Failures.text(failure, root.debug()));
        return Failures.code(failure);
    }

    /**
     * What stands before a command is of the run that has none: it would be dropped without a word.
     *
     * @throws AmalgamException that says where it goes
     */
    private static void requireNothingBeforeCommand(ParseResult parsed) {
        if (!parsed.hasSubcommand()) {
            return;
        }
        CommandSpec asked = parsed.subcommand().commandSpec();
        String command = asked.name();
        List<String> words = new ArrayList<>();
        parsed.matchedOptions().stream()
                .filter(option -> option.scopeType() == ScopeType.LOCAL)
                // Commands that take folders of groups take those before them too.
                .filter(option -> !option.isMultiValue() || asked.findOption(option.longestName()) == null)
                .forEach(option -> words.add(option.longestName()));
        parsed.matchedPositionals().forEach(word -> words.addAll(word.stringValues()));
        if (!words.isEmpty()) {
            throw new AmalgamException(String.join(" ", words) + " stands before the command " + command
                    + "; what is meant for it goes behind it, and amalgam " + command + " --help lists what it takes");
        }
    }

    /** The parser's complaint as a sentence of ours. */
    private static AmalgamException mended(ParameterException wrong) {
        String near = "";
        if (wrong instanceof UnmatchedArgumentException unmatched) {
            List<String> suggestions = unmatched.getSuggestions();
            near = suggestions.isEmpty() ? "" : " Did you mean " + suggestions.get(0) + "?";
        }
        String complaint = wrong.getMessage().lines().findFirst().orElse("The command line is not understood");
        return new AmalgamException(
                complaint + (complaint.endsWith(".") ? "" : ".") + near + " amalgam --help lists the options.", wrong);
    }
}
