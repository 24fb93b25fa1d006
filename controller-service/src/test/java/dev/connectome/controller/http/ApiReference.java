package dev.connectome.controller.http;

import com.google.api.AnnotationsProto;
import com.google.api.FieldBehavior;
import com.google.api.FieldBehaviorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.connectome.controller.documents.GeneratedParts;
import dev.connectome.identity.Access;
import dev.connectome.identity.Need;
import dev.connectome.identity.Role;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The contracts as tables: services, methods, messages, fields and values, with their comments. */
final class ApiReference {

  private static final String OURS = "connectome.";

  private final ContractComments comments = ContractComments.load();
  private final StringBuilder text = new StringBuilder();

  private ApiReference() {}

  /** The services of files, one after the other. */
  static String services(List<FileDescriptor> files) {
    var reference = new ApiReference();
    files.forEach(file -> file.getServices().forEach(reference::service));
    return reference.text.toString();
  }

  /** The messages and enums of files, one after the other. */
  static String types(List<FileDescriptor> files) {
    var reference = new ApiReference();
    for (FileDescriptor file : files) {
      reference.text.append("## ").append(file.getName()).append("\n\n");
      file.getMessageTypes().forEach(reference::message);
      file.getEnumTypes().forEach(reference::enumeration);
    }
    return reference.text.toString();
  }

  private void service(ServiceDescriptor service) {
    heading("##", service.getName(), service.getFullName());
    text.append(
        "| method | takes, returns | over HTTP | roles | meaning |\n|---|---|---|---|---|\n");
    service
        .getMethods()
        .forEach(
            method ->
                row(
                    "`" + method.getName() + "`",
                    messages(method),
                    http(method),
                    roles(method),
                    comments.of(method.getFullName())));
    text.append('\n');
  }

  private static String messages(MethodDescriptor method) {
    return (method.isClientStreaming() ? "stream of " : "")
        + link(method.getInputType())
        + ", "
        + (method.isServerStreaming() ? "stream of " : "")
        + link(method.getOutputType());
  }

  private static String http(MethodDescriptor method) {
    if (!method.getOptions().hasExtension(AnnotationsProto.http)) {
      return "";
    }
    return HttpBinding.of(List.of(method.getService())).stream()
        .filter(binding -> binding.method().equals(method))
        .map(binding -> "`" + binding.verb() + " " + binding.path().openApi() + "`")
        .collect(Collectors.joining("<br>"));
  }

  private static String roles(MethodDescriptor method) {
    return Access.need(method.getService().getFullName() + "/" + method.getName())
        .map(ApiReference::roles)
        .orElse("");
  }

  private static String roles(Need need) {
    return Stream.of(Role.values())
        .filter(need::isMetBy)
        .map(role -> role.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }

  private void message(Descriptor message) {
    heading("###", message.getName(), message.getFullName());
    if (!message.getFields().isEmpty()) {
      text.append("| field | type | meaning |\n|---|---|---|\n");
      message
          .getFields()
          .forEach(
              field ->
                  row(
                      "`" + field.getName() + "`",
                      type(field),
                      comments.of(field.getFullName()) + oneOf(field)));
      text.append('\n');
    }
    message.getNestedTypes().stream()
        .filter(nested -> !nested.getOptions().getMapEntry())
        .forEach(this::message);
    message.getEnumTypes().forEach(this::enumeration);
  }

  private void enumeration(EnumDescriptor enumeration) {
    heading("###", enumeration.getName(), enumeration.getFullName());
    text.append("| value | number | meaning |\n|---|---|---|\n");
    enumeration
        .getValues()
        .forEach(
            value ->
                row(
                    "`" + value.getName() + "`",
                    Integer.toString(value.getNumber()),
                    comments.of(scope(enumeration) + value.getName())));
    text.append('\n');
  }

  /** Names of values belong to the scope of their enum. */
  private static String scope(EnumDescriptor enumeration) {
    return enumeration
        .getFullName()
        .substring(0, enumeration.getFullName().length() - enumeration.getName().length());
  }

  private static String oneOf(FieldDescriptor field) {
    return field.getRealContainingOneof() == null
        ? ""
        : " *One of* `" + field.getRealContainingOneof().getName() + "`.";
  }

  private static String type(FieldDescriptor field) {
    if (field.isMapField()) {
      return "map of "
          + one(field.getMessageType().findFieldByName("key"))
          + " to "
          + one(field.getMessageType().findFieldByName("value"));
    }
    String behaviour =
        field.getOptions().getExtension(FieldBehaviorProto.fieldBehavior).stream()
                .anyMatch(FieldBehavior.OUTPUT_ONLY::equals)
            ? ", output only"
            : "";
    return (field.isRepeated() ? "list of " : "") + one(field) + behaviour;
  }

  private static String one(FieldDescriptor field) {
    return switch (field.getType()) {
      case MESSAGE -> link(field.getMessageType());
      case ENUM -> link(field.getEnumType().getName(), field.getEnumType().getFullName());
      default -> field.getType().name().toLowerCase(Locale.ROOT);
    };
  }

  private static String link(Descriptor message) {
    return link(message.getName(), message.getFullName());
  }

  private static String link(String name, String fullName) {
    return fullName.startsWith(OURS)
        ? "[%s](#%s)".formatted(name, name.toLowerCase(Locale.ROOT))
        : "`" + fullName + "`";
  }

  private void heading(String level, String name, String fullName) {
    text.append(level).append(' ').append(name).append("\n\n");
    text.append(GeneratedParts.cell(comments.of(fullName))).append("\n\n");
  }

  private void row(String... cells) {
    for (String cell : cells) {
      text.append("| ").append(GeneratedParts.cell(cell)).append(' ');
    }
    text.append("|\n");
  }
}
