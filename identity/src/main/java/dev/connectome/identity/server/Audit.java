package dev.connectome.identity.server;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.connectome.identity.Principal;
import io.grpc.Status;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a line to the log category {@code audit} for each call that was denied, ten a second at
 * most and then their number, and for each that changes what people have asked for.
 */
public final class Audit {

  private static final Logger LOG = LoggerFactory.getLogger("audit");
  private static final int DENIALS_PER_SECOND = 10;
  private static final int LONGEST = 64;

  private final InstantSource clock;
  private long second;
  private int denials;

  public Audit(InstantSource clock) {
    this.clock = clock;
  }

  /** A call was denied. */
  public void denied(Optional<Principal> principal, String what, String from, String reason) {
    if (isWritten()) {
      LOG.warn(
          "denied caller={} call={} from={} reason={}",
          principal.map(Principal::name).orElse("unknown"),
          what,
          from,
          reason);
    }
  }

  private synchronized boolean isWritten() {
    long now = clock.instant().getEpochSecond();
    if (now != second) {
      if (denials > DENIALS_PER_SECOND) {
        LOG.warn("denied further calls count={}", denials - DENIALS_PER_SECOND);
      }
      second = now;
      denials = 0;
    }
    return ++denials <= DENIALS_PER_SECOND;
  }

  /** A browser was let in, or a link made that lets one in. */
  public void signedIn(String how, String from) {
    LOG.info("signed in by={} from={}", how, from);
  }

  /** A call that changes something has ended. */
  void done(Principal principal, String method, String subject, String from, Status status) {
    LOG.info(
        "done caller={} role={} call={} of=\"{}\" from={} result={}",
        principal.name(),
        principal.role(),
        method,
        subject,
        from,
        status.getCode());
  }

  /** What a request is about: its run's name, at most 64 characters of it. */
  static String subject(Object request) {
    if (request instanceof Message message) {
      for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
        boolean names = field.getName().equals("name") || field.getName().equals("training_run_id");
        if (names && message.getField(field) instanceof String text) {
          String name = text.replace('"', '\'');
          return name.length() <= LONGEST ? name : name.substring(0, LONGEST) + "...";
        }
        if (field.getName().equals("training_run")
            && message.hasField(field)
            && message.getField(field) instanceof Message run
            && !subject(run).isEmpty()) {
          return subject(run);
        }
      }
    }
    return "";
  }
}
