package dev.connectome.controller.http;

import com.google.common.base.CaseFormat;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.FieldMask;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.connectome.controller.api.ApiErrors;
import dev.connectome.controller.run.Echo;
import io.grpc.StatusRuntimeException;
import io.vertx.core.json.Json;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sets fields of a message from path and query parameters: {@code page_size} or {@code pageSize},
 * {@code training_run.name}, {@code labels[key]}; a list repeats its name.
 */
final class QueryFields {

  private static final Pattern ENTRY = Pattern.compile("([^\\[\\]]+)\\[([^\\[\\]]*)]");

  private QueryFields() {}

  /** Finds a field by its name in the contract or in JSON. */
  static Optional<FieldDescriptor> find(Descriptor type, String name) {
    return type.getFields().stream()
        .filter(field -> field.getName().equals(name) || field.getJsonName().equals(name))
        .findFirst();
  }

  /**
   * Sets a field from its values: one, or several for a list.
   *
   * @throws StatusRuntimeException INVALID_ARGUMENT if there is no such field or a value is wrong
   */
  static void set(Message.Builder message, String name, List<String> values) {
    set(message, name, name, values);
  }

  private static void set(Message.Builder message, String whole, String name, List<String> values) {
    String[] parts = name.split("\\.", 2);
    Matcher entry = ENTRY.matcher(name);
    if (entry.matches()) {
      putEntry(message, whole, entry.group(1), entry.group(2), only(whole, values));
      return;
    }
    FieldDescriptor field = known(message, whole, parts[0]);
    if (parts.length == 2) {
      if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE || field.isRepeated()) {
        throw unknown(message, whole);
      }
      Message.Builder part = message.newBuilderForField(field);
      part.mergeFrom((Message) message.getField(field));
      set(part, whole, parts[1], values);
      message.setField(field, part.build());
    } else if (field.isMapField()) {
      throw ApiErrors.invalid(whole, "must be given as %s[KEY]=VALUE".formatted(whole));
    } else if (field.isRepeated()) {
      values.forEach(value -> message.addRepeatedField(field, value(message, whole, field, value)));
    } else {
      message.setField(field, value(message, whole, field, only(whole, values)));
    }
  }

  private static void putEntry(
      Message.Builder message, String whole, String name, String key, String value) {
    FieldDescriptor field = known(message, whole, name);
    if (!field.isMapField()) {
      throw unknown(message, whole);
    }
    Message.Builder entry = message.newBuilderForField(field);
    FieldDescriptor keyField = field.getMessageType().findFieldByName("key");
    FieldDescriptor valueField = field.getMessageType().findFieldByName("value");
    entry.setField(keyField, value(entry, whole, keyField, key));
    entry.setField(valueField, value(entry, whole, valueField, value));
    message.addRepeatedField(field, entry.build());
  }

  private static FieldDescriptor known(Message.Builder message, String whole, String name) {
    return find(message.getDescriptorForType(), name).orElseThrow(() -> unknown(message, whole));
  }

  private static StatusRuntimeException unknown(Message.Builder message, String name) {
    List<String> names =
        message.getDescriptorForType().getFields().stream()
            .map(FieldDescriptor::getName)
            .sorted()
            .toList();
    return ApiErrors.invalid(name, "is not a parameter; the parameters are " + names);
  }

  private static String only(String name, List<String> values) {
    if (values.size() != 1) {
      throw ApiErrors.invalid(name, "must be given once, not " + values.size() + " times");
    }
    return values.get(0);
  }

  private static Object value(
      Message.Builder message, String name, FieldDescriptor field, String text) {
    try {
      return switch (field.getJavaType()) {
        case STRING -> text;
        case INT -> Integer.parseInt(text);
        case LONG -> Long.parseLong(text);
        case FLOAT -> Float.parseFloat(text);
        case DOUBLE -> Double.parseDouble(text);
        case BOOLEAN -> truth(text);
        case BYTE_STRING -> ByteString.copyFrom(Base64.getDecoder().decode(text));
        case ENUM -> enumValue(field, text);
        case MESSAGE -> {
          if (field.getMessageType().equals(FieldMask.getDescriptor())) {
            yield mask(message.newBuilderForField(field), text);
          }
          // Messages whose JSON is a string: timestamps, durations.
          Message.Builder part = message.newBuilderForField(field);
          JsonFormat.parser().merge(Json.encode(text), part);
          yield part.build();
        }
      };
    } catch (IllegalArgumentException | InvalidProtocolBufferException e) {
      String type = field.getType().name().toLowerCase(Locale.ROOT);
      throw ApiErrors.invalid(name, "must be of type %s, not %s".formatted(type, Echo.of(text)));
    }
  }

  /**
   * Names of fields as in the contract or in JSON; what follows them, such as a map's key, stays.
   */
  private static Message mask(Message.Builder mask, String text) {
    FieldDescriptor paths = mask.getDescriptorForType().findFieldByName("paths");
    for (String path : text.split(",", -1)) {
      String[] parts = path.strip().split("\\.", 2);
      String name = CaseFormat.LOWER_CAMEL.to(CaseFormat.LOWER_UNDERSCORE, parts[0]);
      mask.addRepeatedField(paths, parts.length == 1 ? name : name + "." + parts[1]);
    }
    return mask.build();
  }

  private static Boolean truth(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException(text);
    };
  }

  private static EnumValueDescriptor enumValue(FieldDescriptor field, String text) {
    EnumValueDescriptor value = field.getEnumType().findValueByName(text);
    if (value == null) {
      throw new IllegalArgumentException(text);
    }
    return value;
  }
}
