package io.fourtuple.samples.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The lines of a CSV file of this folder's resources, without the first one, which names the fields. */
final class CsvTable {
    private CsvTable() {}

    /**
     * All lines.
     *
     * @throws IllegalStateException when a line has another number of fields than the first one
     */
    static List<List<String>> read(String name) throws IOException {
        String text;
        try (InputStream in = CsvTable.class.getResourceAsStream("/conformance/" + name)) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        List<List<String>> rows = text.lines().filter(line -> !line.isBlank()).map(CsvTable::fields).toList();
        for (List<String> row : rows) {
            if (row.size() != rows.getFirst().size()) {
                throw new IllegalStateException(
                        name + " has lines of " + rows.getFirst().size() + " fields, but not this one: " + row);
            }
        }
        return rows.subList(1, rows.size());
    }

    private static List<String> fields(String line) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                fields.add(field.toString());
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        fields.add(field.toString());
        return fields;
    }
}
