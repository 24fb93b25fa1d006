package dev.connectome.controller.http;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.rpc.Status;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The formats of a streaming response. */
sealed interface StreamFormat {

  String contentType();

  Buffer item(Message item);

  /** A keep-alive; empty if the format allows nothing between items. */
  Optional<Buffer> keepAlive();

  /** The end of the stream, with the status of a failure. */
  Buffer end(@Nullable Status failure);

  /** The format that the Accept header selects. */
  static StreamFormat of(HttpBinding binding, @Nullable String accept) {
    return binding
        .rawField()
        .<StreamFormat>map(Raw::new)
        .orElseGet(
            () ->
                accept != null && accept.contains(Events.TYPE)
                    ? new Events(binding.method().getOutputType().findFieldByName("position"))
                    : new Lines());
  }

  /** JSON lines; a failure is the last line, {@code {"error": status}}. */
  record Lines() implements StreamFormat {
    static final String TYPE = "application/x-ndjson";

    @Override
    public String contentType() {
      return TYPE;
    }

    @Override
    public Buffer item(Message item) {
      return Buffer.buffer(HttpResponses.line(item) + "\n");
    }

    @Override
    public Optional<Buffer> keepAlive() {
      return Optional.of(Buffer.buffer("\n"));
    }

    @Override
    public Buffer end(@Nullable Status failure) {
      return failure == null
          ? Buffer.buffer()
          : Buffer.buffer("{\"error\":" + HttpResponses.line(failure) + "}\n");
    }
  }

  /**
   * Server-sent events. The id of an item is its position, which a browser sends to resume. A
   * client must not reconnect after the event {@code end} or {@code failure}.
   */
  record Events(@Nullable FieldDescriptor position) implements StreamFormat {
    static final String TYPE = "text/event-stream";

    @Override
    public String contentType() {
      return TYPE;
    }

    @Override
    public Buffer item(Message item) {
      String id = position == null ? "" : "id: " + item.getField(position) + "\n";
      return Buffer.buffer(id + "data: " + HttpResponses.line(item) + "\n\n");
    }

    @Override
    public Optional<Buffer> keepAlive() {
      return Optional.of(Buffer.buffer(":\n\n"));
    }

    @Override
    public Buffer end(@Nullable Status failure) {
      return Buffer.buffer(
          failure == null
              ? "event: end\ndata: {}\n\n"
              : "event: failure\ndata: " + HttpResponses.line(failure) + "\n\n");
    }
  }

  /** The bytes of one field, unencoded. */
  record Raw(FieldDescriptor field) implements StreamFormat {
    static final String TYPE = "text/plain; charset=utf-8";

    @Override
    public String contentType() {
      return TYPE;
    }

    @Override
    public Buffer item(Message item) {
      return Buffer.buffer(((ByteString) item.getField(field)).toByteArray());
    }

    @Override
    public Optional<Buffer> keepAlive() {
      return Optional.empty();
    }

    @Override
    public Buffer end(@Nullable Status failure) {
      return failure == null
          ? Buffer.buffer()
          : Buffer.buffer("\n[the log ends here: " + failure.getMessage() + "]\n");
    }
  }
}
