package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.PickleValues.Global;
import org.amalgam.checkpoint.PickleValues.Tuple;
import org.amalgam.checkpoint.PickleValues.Unmade;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A pickle machine that can build tensors, dictionaries, lists, strings and numbers and nothing else: every name and call goes
 * through {@link TorchConstructors}, and an object of any other class stays unmade. Opcodes of protocols 2 to 4 as in CPython's
 * {@code pickletools}.
 */
final class PickleReader {

    private static final int MAX_LINE = 1000;

    private final ByteBuffer code;
    private final PickleValues values;
    private final TorchConstructors constructors;
    private final Map<Integer, Object> memo = new HashMap<>();
    private final Deque<List<Object>> outer = new ArrayDeque<>();
    private List<Object> stack = new ArrayList<>();

    PickleReader(ByteBuffer code, PickleValues values, TorchConstructors constructors) {
        this.code = code.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        this.values = values;
        this.constructors = constructors;
    }

    /**
     * The one value that the pickle leaves: {@link TorchStorages.View}, {@code Map}, {@code List}, {@link Tuple}, {@code String},
     * {@code Long}, {@code BigInteger} for what is larger, {@code Double}, {@code Boolean}, null, and for what is none of these a
     * {@link Global} or an {@link Unmade}.
     */
    Object read() {
        try {
            for (int opcode = code.get() & 0xff; opcode != '.'; opcode = code.get() & 0xff) {
                execute(opcode);
            }
            return pop();
        } catch (BufferUnderflowException e) {
            throw new AmalgamException(
                    values.file() + ": the pickle ends before its value is complete. Fetch the file again", e);
        }
    }

    private void execute(int opcode) {
        switch (opcode) {
            case 0x80 -> code.get();
            case 0x95 -> code.getLong();
            case 'N' -> stack.add(null);
            case 0x88 -> stack.add(true);
            case 0x89 -> stack.add(false);
            case 'J' -> stack.add((long) code.getInt());
            case 'K' -> stack.add((long) (code.get() & 0xff));
            case 'M' -> stack.add((long) Short.toUnsignedInt(code.getShort()));
            case 0x8a -> stack.add(longInteger());
            case 'G' -> stack.add(Double.longBitsToDouble(Long.reverseBytes(code.getLong())));
            case 'X' -> stack.add(text(Integer.toUnsignedLong(code.getInt())));
            case 0x8c -> stack.add(text(code.get() & 0xff));
            case 0x8d -> stack.add(text(code.getLong()));
            case ']' -> stack.add(new ArrayList<>());
            case '}' -> stack.add(new LinkedHashMap<>());
            case ')' -> stack.add(new Tuple(List.of()));
            case 0x85 -> stack.add(tuple(1));
            case 0x86 -> stack.add(tuple(2));
            case 0x87 -> stack.add(tuple(3));
            case '(' -> {
                outer.push(stack);
                stack = new ArrayList<>();
            }
            case 't' -> {
                Tuple tuple = new Tuple(toMark());
                stack.add(tuple);
            }
            case 'a' -> addAll(Collections.singletonList(pop()));
            case 'e' -> addAll(toMark());
            case 's' -> {
                Object value = pop();
                Object key = pop();
                putAll(Arrays.asList(key, value));
            }
            case 'u' -> putAll(toMark());
            case 'q' -> memo.put(code.get() & 0xff, top());
            case 'r' -> memo.put(code.getInt(), top());
            case 0x94 -> memo.put(memo.size(), top());
            case 'h' -> recall(code.get() & 0xff);
            case 'j' -> recall(code.getInt());
            case 'c' -> stack.add(constructors.named(line(), line()));
            case 0x93 -> {
                Object name = pop();
                stack.add(constructors.named(values.string(pop()), values.string(name)));
            }
            case 'Q' -> stack.add(constructors.storage(pop()));
            case 'R' -> {
                Object arguments = pop();
                stack.add(constructors.call(pop(), arguments));
            }
            case 0x81 -> {
                pop();
                stack.add(constructors.unmade(pop()));
            }
            case 0x92 -> {
                pop();
                pop();
                stack.add(constructors.unmade(pop()));
            }
            case 'b' -> {
                Object state = pop();
                values.build(top(), state);
            }
            case 'C' -> stack.add(skipped(code.get() & 0xff));
            case 'B' -> stack.add(skipped(Integer.toUnsignedLong(code.getInt())));
            case 0x8e -> stack.add(skipped(code.getLong()));
            case 0x8f -> stack.add(new Tuple(new ArrayList<>()));
            case 0x90 -> addToSet(toMark());
            case 0x91 -> {
                Tuple set = new Tuple(toMark());
                stack.add(set);
            }
            case '0' -> pop();
            case '2' -> stack.add(top());
            default ->
                throw values.fault(
                        String.format("the pickle has opcode 0x%02x, which no file of tensors needs", opcode));
        }
    }

    /** Bytes that no tensor is made of. */
    private Object skipped(long length) {
        if (length < 0 || length > code.remaining()) {
            throw new BufferUnderflowException();
        }
        code.position(code.position() + (int) length);
        return new Unmade("bytes");
    }

    private void recall(int key) {
        if (!memo.containsKey(key)) {
            throw values.fault("the pickle recalls value " + key + ", which it never stored");
        }
        stack.add(memo.get(key));
    }

    private void addAll(List<Object> items) {
        if (!(top() instanceof Unmade)) {
            values.list(top()).addAll(items);
        }
    }

    private void addToSet(List<Object> items) {
        Object set = top();
        values.items(set).addAll(items);
    }

    private void putAll(List<Object> items) {
        if (items.size() % 2 != 0) {
            throw values.fault("the pickle sets a key without a value");
        }
        if (top() instanceof Unmade) {
            return;
        }
        Map<Object, Object> target = values.dictionary(top());
        for (int i = 0; i < items.size(); i += 2) {
            values.put(target, items.get(i), items.get(i + 1));
        }
    }

    private Tuple tuple(int size) {
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            items.add(pop());
        }
        Collections.reverse(items);
        return new Tuple(items);
    }

    private List<Object> toMark() {
        if (outer.isEmpty()) {
            throw values.fault("the pickle looks for a mark that it never set");
        }
        List<Object> items = stack;
        stack = outer.pop();
        return items;
    }

    private Object pop() {
        Object value = top();
        stack.remove(stack.size() - 1);
        return value;
    }

    private Object top() {
        if (stack.isEmpty()) {
            throw values.fault("the pickle takes a value that it never made");
        }
        return stack.get(stack.size() - 1);
    }

    /** A Long, or what is larger: seeds and states of random generators. */
    private Number longInteger() {
        byte[] bytes = new byte[code.get() & 0xff];
        for (int i = bytes.length - 1; i >= 0; i--) {
            bytes[i] = code.get();
        }
        if (bytes.length == 0) {
            return 0L;
        }
        BigInteger number = new BigInteger(bytes);
        if (number.bitLength() < Long.SIZE) {
            return number.longValue();
        }
        return number;
    }

    private String text(long length) {
        if (length < 0 || length > code.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[(int) length];
        code.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private String line() {
        StringBuilder line = new StringBuilder();
        for (int c = code.get(); c != '\n'; c = code.get()) {
            if (line.length() == MAX_LINE) {
                throw values.fault("the pickle names something with more than " + MAX_LINE + " letters");
            }
            line.append((char) (c & 0xff));
        }
        return line.toString();
    }
}
