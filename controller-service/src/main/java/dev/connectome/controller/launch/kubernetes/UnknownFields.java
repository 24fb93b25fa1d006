package dev.connectome.controller.launch.kubernetes;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a Kubernetes object should not have: the typed model keeps fields that it does not
 * know, in {@code additionalProperties}, instead of refusing them.
 */
public final class UnknownFields {

  private static final String MODEL = "io.fabric8.";
  private static final String UNKNOWN = "getAdditionalProperties";

  private UnknownFields() {}

  /**
   * Finds them.
   *
   * @param object a typed object
   * @return the path of each, for instance {@code spec.template.spec.containers[0].imag}
   */
  public static List<String> of(Object object) {
    List<String> found = new ArrayList<>();
    look("", object, found);
    return found;
  }

  private static void look(String path, @Nullable Object value, List<String> found) {
    if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        look(path + "[" + i + "]", list.get(i), found);
      }
    } else if (value instanceof Map<?, ?> map) {
      map.forEach((key, element) -> look(path + "." + key, element, found));
    } else if (value != null && value.getClass().getName().startsWith(MODEL)) {
      lookInto(path, value, found);
    }
  }

  private static void lookInto(String path, Object value, List<String> found) {
    String prefix = path.isEmpty() ? "" : path + ".";
    for (Method method : value.getClass().getMethods()) {
      if (method.getParameterCount() > 0 || !method.getName().startsWith("get")) {
        continue;
      }
      if (method.getName().equals(UNKNOWN)) {
        ((Map<?, ?>) call(method, value)).keySet().forEach(field -> found.add(prefix + field));
      } else if (isModel(method)) {
        String name = method.getName().substring("get".length());
        look(
            prefix + Character.toLowerCase(name.charAt(0)) + name.substring(1),
            call(method, value),
            found);
      }
    }
  }

  private static boolean isModel(Method method) {
    Class<?> type = method.getReturnType();
    return type.getName().startsWith(MODEL)
        || List.class.isAssignableFrom(type)
        || Map.class.isAssignableFrom(type);
  }

  private static Object call(Method method, Object value) {
    try {
      return method.invoke(value);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
