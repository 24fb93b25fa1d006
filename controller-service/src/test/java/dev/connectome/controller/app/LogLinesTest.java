package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.util.logging.Level;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.Test;

class LogLinesTest {

  @Test
  void aCallerForgesNoLine() {
    var record =
        new ExtLogRecord(
            Level.WARNING,
            "enforcement suspended reason=\"%s\"",
            ExtLogRecord.FormatStyle.PRINTF,
            LogLinesTest.class.getName());
    record.setParameters(new Object[] {"ok\n2026-11-28 INFO forged\u001b[2J\u009b"});

    assertThat(new LogLines().isLoggable(record)).isTrue();

    assertThat(record.getFormattedMessage())
        .isEqualTo(
            "enforcement suspended reason=\"ok\uFFFD2026-11-28 INFO forged\uFFFD[2J\uFFFD\"");
  }

  @Test
  void aRequestThatCannotBeParsedIsOneLine() {
    var record = new ExtLogRecord(Level.SEVERE, "Exception while executing runnable", "gRPC");
    record.setLoggerName("io.grpc.internal.SerializingExecutor");
    record.setThrown(Status.INTERNAL.withDescription("Invalid protobuf").asRuntimeException());

    assertThat(new LogLines().isLoggable(record)).isTrue();

    assertThat(record.getThrown()).isNull();
    assertThat(record.getFormattedMessage())
        .isEqualTo("a request could not be read: INTERNAL: Invalid protobuf");
  }

  @Test
  void aDefectKeepsItsStackTrace() {
    var record = new ExtLogRecord(Level.SEVERE, "call failed", "api");
    record.setThrown(new IllegalStateException("a defect"));

    assertThat(new LogLines().isLoggable(record)).isTrue();

    assertThat(record.getThrown()).isNotNull();
  }
}
