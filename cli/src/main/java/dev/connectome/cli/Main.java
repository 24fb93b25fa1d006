package dev.connectome.cli;

import dev.connectome.cli.demo.DemoCommand;
import dev.connectome.cli.runs.PolicyHelp;
import dev.connectome.cli.runs.ReportCommand;
import dev.connectome.cli.runs.RunsCommand;
import dev.connectome.cli.setup.CompletionCommand;
import dev.connectome.cli.setup.DoctorCommand;
import dev.connectome.cli.signature.SignatureCommand;
import java.util.ServiceLoader;
import java.util.logging.Handler;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** Entry point of the {@code connectome} command. */
@Command(
    name = "connectome",
    description = "Trains neural networks and stops each when it has finished learning.",
    mixinStandardHelpOptions = true,
    version = "connectome 0.1.0",
    subcommands = {
      UpCommand.class,
      DemoCommand.class,
      RunsCommand.class,
      PageCommand.class,
      ReportCommand.class,
      SignatureCommand.class,
      DoctorCommand.class,
      CompletionCommand.class,
      HelpCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  connectome demo                               watch three networks train and be stopped",
      "  connectome up                                 start the platform on this machine",
      "  connectome runs create --name a --epochs 60   submit a run to it",
      "  connectome runs watch a                       follow the run to its end",
      "  connectome doctor                             look for what keeps a platform from running here",
      "",
      "Exit codes: 0 success, 1 failure, 2 usage or bad input."
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = "--debug",
      description = "Print the stack trace of an error.",
      scope = ScopeType.INHERIT)
  private boolean debug;

  public static void main(String[] args) {
    System.setProperty("java.util.logging.manager", "org.jboss.logmanager.LogManager");
    for (Handler handler : Logger.getLogger("").getHandlers()) {
      Logger.getLogger("").removeHandler(handler);
    }
    StandardOutput.install();
    System.exit(commandLine().execute(args));
  }

  /** The whole command line, with the commands of other modules, ready to be executed. */
  public static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Main());
    ServiceLoader.load(CommandExtension.class).forEach(line::addSubcommand);
    PolicyHelp.addTo(line);
    return line.setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(new UsageReport())
        .setExecutionExceptionHandler(new FailureReport());
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command.");
  }
}
