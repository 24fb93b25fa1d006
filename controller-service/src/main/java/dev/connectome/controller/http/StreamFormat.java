package dev.connectome.controller.http;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.rpc.Status;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How the items of a stream are written. */
sealed interface StreamFormat {

  /** The type of the content. */
  String contentType();

  /** One item. */
  Buffer item(Message item);

  /** What shows that the stream lives; empty if nothing may be written between items. */
  Optional<Buffer> keepAlive();

  /** The end; no status if all went well. */
  Buffer end(@Nullable Status failure);

  /** The format that a request asks for. */
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

  /** JSON, an item a line; a failure is the last line, as {@code {"error": status}}. */
  record Lines() implements StreamFormat {
    static final String TYPE = "application/x-ndjson";

    @Override
    public String contentType() {
      return TYPE;
    }

    @Override
    public Buffer item(Message item) {
      return Buffer.buffer(Answers.line(item) + "\n");
    }

    @Override
    public Optional<Buffer> keepAlive() {
      return Optional.of(Buffer.buffer("\n"));
    }

    @Override
    public Buffer end(@Nullable Status failure) {
      return failure == null
          ? Buffer.buffer()
          : Buffer.buffer("{\"error\":" + Answers.line(failure) + "}\n");
    }
  }

  /**
   * Server-sent events. Items that have a position have it as their id, so that a browser that
   * comes back says where it was; it must not come back after the event {@code end} or {@code
   * failure}.
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
      return Buffer.buffer(id + "data: " + Answers.line(item) + "\n\n");
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
              : "event: failure\ndata: " + Answers.line(failure) + "\n\n");
    }
  }

  /** The bytes of one field, as they are. */
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
