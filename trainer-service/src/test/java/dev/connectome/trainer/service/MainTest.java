package dev.connectome.trainer.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class MainTest {

  @ParameterizedTest
  @CsvSource({
    "--control-port, -1, from 0 to 65535",
    "--control-port, 65536, from 0 to 65535",
    "--metrics-port, -2, from -1 to 65535",
    "--metrics-port, 65536, from -1 to 65535"
  })
  void rejectsAPortOutOfRange(String option, String port, String range) {
    StringWriter err = new StringWriter();

    int code =
        new CommandLine(new Main())
            .setErr(new PrintWriter(err))
            .execute(
                "--controller-endpoint=127.0.0.1:1",
                "--run-uid=run",
                "--kafka-bootstrap-servers=127.0.0.1:1",
                "--checkpoint-dir=checkpoints",
                option + "=" + port);

    assertThat(code).isEqualTo(2);
    assertThat(err.toString()).contains(option + " is " + port + ": it must be " + range);
  }
}
