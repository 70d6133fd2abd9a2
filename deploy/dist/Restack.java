import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.ConstantPoolSharingOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Gives the old classes of a jar the stack maps that the JVM has asked for since Java 6, and changes nothing else. A
 * cache of classes takes no class without: picocli, compiled for Java 5, was a third of the time of a short command.
 *
 * <p>{@code java Restack.java JAR}, with a JDK 25
 */
final class Restack {
    private static final int JAVA_6 = 50;
    private static final int JAVA_8 = 52;
    /** The place of the major version in a class file. */
    private static final int MAJOR = 7;

    private Restack() {}

    public static void main(String[] args) throws IOException {
        Path jar = Path.of(args[0]);
        Path fresh = jar.resolveSibling(jar.getFileName() + ".new");
        try (JarFile from = new JarFile(jar.toFile());
                JarOutputStream to = new JarOutputStream(Files.newOutputStream(fresh))) {
            for (JarEntry entry : Collections.list(from.entries())) {
                JarEntry copy = new JarEntry(entry.getName());
                copy.setTime(entry.getTime());
                to.putNextEntry(copy);
                to.write(content(from, entry));
                to.closeEntry();
            }
        }
        Files.move(fresh, jar, StandardCopyOption.REPLACE_EXISTING);
    }

    private static byte[] content(JarFile jar, JarEntry entry) throws IOException {
        try (InputStream in = jar.getInputStream(entry)) {
            byte[] content = in.readAllBytes();
            boolean isOld = entry.getName().endsWith(".class") && content[MAJOR] < JAVA_6;
            return isOld ? restacked(content, jar) : content;
        }
    }

    private static byte[] restacked(byte[] old, JarFile jar) {
        // Shared constants would let methods be copied as they are, without stack maps.
        ClassFile file = ClassFile.of(
                StackMapsOption.GENERATE_STACK_MAPS,
                ConstantPoolSharingOption.NEW_POOL,
                ClassHierarchyResolverOption.of(
                        ClassHierarchyResolver.ofResourceParsing(name -> open(jar, name))
                                .orElse(ClassHierarchyResolver.defaultResolver())));
        ClassModel model = file.parse(old);
        ClassTransform newer = (builder, element) -> {
            if (element instanceof ClassFileVersion) {
                builder.withVersion(JAVA_8, 0);
            } else {
                builder.with(element);
            }
        };
        return file.transformClass(
                model,
                ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
                        .andThen(newer));
    }

    /** Null for a class of another jar. */
    private static InputStream open(JarFile jar, ClassDesc name) {
        String descriptor = name.descriptorString();
        JarEntry entry = jar.getJarEntry(descriptor.substring(1, descriptor.length() - 1) + ".class");
        try {
            return entry == null ? null : jar.getInputStream(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
