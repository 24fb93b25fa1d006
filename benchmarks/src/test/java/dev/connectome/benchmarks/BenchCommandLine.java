package dev.connectome.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.connectome.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;
import picocli.CommandLine;

/** Runs {@code connectome bench} in this process and captures what it prints. */
public final class BenchCommandLine {
  private final String benchmark;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  public BenchCommandLine(String benchmark) {
    this.benchmark = benchmark;
  }

  /** Returns the exit code. */
  public int run(String... options) {
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return command.execute(
        Stream.concat(Stream.of("bench", benchmark), Stream.of(options)).toArray(String[]::new));
  }

  public String errors() {
    return err.toString();
  }

  public JsonNode report() throws IOException {
    return new ObjectMapper().readTree(out.toString());
  }
}
