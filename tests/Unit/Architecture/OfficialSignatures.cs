using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ServerlessDrives.Embedded;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Architecture;

/// <summary>The embedded runtime speaks the official API and nothing else, so that what compiles against it compiles against the packages.</summary>
public sealed partial class OfficialSignatures
{
    private static readonly Assembly Embedded = typeof(EmbeddedOptions).Assembly;

    [Fact]
    public void Every_public_member_of_the_embedded_runtime_is_one_of_the_official_api()
    {
        var official = Official();
        var ours = Types().SelectMany(type => Members(type).Select(member => $"{Name(type)} :: {member}")).ToList();

        ours.Count.ShouldBeGreaterThan(150);
        ours.Where(member => !official.Contains(member)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_public_type_of_the_embedded_runtime_is_of_the_official_kind_and_base()
    {
        var official = Lines().Where(line => line.Contains(" | TYPE | ", StringComparison.Ordinal)).Select(line => Bare(line[(line.IndexOf(" | TYPE | ", StringComparison.Ordinal) + 10)..])).ToHashSet();

        Types().Select(Declaration).Where(ours => !official.Any(known => known == ours || known.StartsWith($"{ours} : ", StringComparison.Ordinal) || known.StartsWith($"{ours}, ", StringComparison.Ordinal))).ShouldBeEmpty();
    }

    private static IEnumerable<Type> Types() => Embedded.GetExportedTypes().Where(type => type.Namespace?.StartsWith("Microsoft.", StringComparison.Ordinal) == true);

    private static IEnumerable<string> Lines()
    {
        using var reader = new StreamReader(typeof(OfficialSignatures).Assembly.GetManifestResourceStream("functions-api.txt")!);
        while (reader.ReadLine() is { } line)
            yield return line;
    }

    private static HashSet<string> Official() =>
        [.. Lines().Where(line => line.Contains(" :: ", StringComparison.Ordinal)).Select(line => line[(line.IndexOf(" | ", StringComparison.Ordinal) + 3)..]).Select(line =>
        {
            var at = line.IndexOf(" :: ", StringComparison.Ordinal);
            return $"{line[..at]} :: {Bare(line[(at + 4)..])}";
        })];

    /// <summary>Without attributes, constraints and the annotations of reference types, which bind nobody; nullable values stay what they are.</summary>
    private static string Bare(string signature) => Question().Replace(
        Attributes().Replace(signature, "").Split(" where ")[0],
        match => IsValue(match.Groups["type"].Value) ? $"Nullable<{match.Groups["type"].Value}>" : match.Groups["type"].Value);

    private static bool IsValue(string name) => name is "int" or "bool" or "long" or "double" || Type.GetType(name) is { IsValueType: true } || Embedded.GetType(name) is { IsValueType: true };

    private static string Declaration(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type))
            return $"public delegate {Name(type.GetMethod("Invoke")!.ReturnType)} {Name(type)}({Parameters(type.GetMethod("Invoke")!)})";
        if (type.IsEnum)
            return $"public enum {Name(type)} : int";
        var isRecord = type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic) is not null;
        var kind = type switch
        {
            { IsInterface: true } => "interface",
            { IsValueType: true } => isRecord ? "record struct" : "struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            _ => (type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "") + (isRecord ? "record class" : "class"),
        };
        var inherits = type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) ? $" : {Name(parent)}" : "";
        return $"public {kind} {Name(type)}{inherits}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        if (typeof(Delegate).IsAssignableFrom(type))
            return [];
        if (type.IsEnum)
            return Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name), null)}");
        return
        [
            .. type.GetConstructors(all).Where(one => !one.IsStatic && Seen(one)).Select(one => $"{Access(one)} .ctor({Parameters(one)})"),
            .. type.GetProperties(all).Where(one => Seen(one.GetMethod ?? one.SetMethod!)).Select(Property),
            .. type.GetMethods(all).Where(one => Seen(one) && (!one.IsSpecialName || one.Name.StartsWith("op_", StringComparison.Ordinal)) && !one.Name.Contains('<', StringComparison.Ordinal)).Select(one => $"{Access(one)} {Modifiers(one)}{Name(one.ReturnType)} {one.Name}{TypeParameters(one)}({Parameters(one)})"),
            .. type.GetFields(all).Where(one => one is { IsPublic: true } or { IsFamily: true }).Select(Field),
        ];
    }

    private static string Field(FieldInfo field) => field.IsLiteral
        ? $"public const {Name(field.FieldType)} {field.Name} = {Value(field.GetRawConstantValue(), field.FieldType)}"
        : $"public {(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{Name(field.FieldType)} {field.Name}";

    private static string Property(PropertyInfo property)
    {
        var first = property.GetMethod ?? property.SetMethod!;
        var setter = property.SetMethod is { } set && Seen(set)
            ? set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init; " : "set; "
            : "";
        var index = property.GetIndexParameters() is { Length: > 0 } ? $"[{Parameters(property.GetMethod!)}]" : "";
        return $"{Access(first)} {Modifiers(first)}{Name(property.PropertyType)} {(index.Length > 0 ? "this" : property.Name)}{index} {{ {(property.GetMethod is null ? "" : "get; ")}{setter}}}";
    }

    private static bool Seen(MethodBase method) => method is { IsPublic: true } or { IsFamily: true } or { IsFamilyOrAssembly: true };

    private static string Access(MethodBase method) => method.IsPublic ? "public" : "protected";

    private static string Modifiers(MethodInfo method) => method switch
    {
        { IsStatic: true } => "static ",
        { DeclaringType.IsInterface: true } => "",
        { IsAbstract: true } => method.GetBaseDefinition() == method ? "abstract " : "abstract override ",
        { IsVirtual: true } when method.GetBaseDefinition() != method => method.IsFinal ? "sealed override " : "override ",
        { IsVirtual: true, IsFinal: false } => "virtual ",
        _ => "",
    };

    private static string TypeParameters(MethodInfo method) => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(one => one.Name))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
    {
        var type = parameter.ParameterType;
        var prefix = parameter.Position == 0 && method.IsDefined(typeof(ExtensionAttribute)) ? "this "
            : parameter.IsOut ? "out "
            : type.IsByRef ? "ref "
            : parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params "
            : "";
        return $"{prefix}{Name(type.IsByRef ? type.GetElementType()! : type)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {Value(parameter.RawDefaultValue, type)}" : "")}";
    }));

    private static string Value(object? value, Type type) => value switch
    {
        null => type.IsValueType && Nullable.GetUnderlyingType(type) is null ? "default" : "null",
        string text => $"\"{text}\"",
        bool yes => yes ? "true" : "false",
        _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!,
    };

    private static string Name(Type type)
    {
        if (type.IsGenericParameter)
            return type.Name;
        if (type.IsArray)
            return $"{Name(type.GetElementType()!)}[]";
        if (Nullable.GetUnderlyingType(type) is { } value)
            return $"Nullable<{Name(value)}>";
        if (Keywords.TryGetValue(type, out var keyword))
            return keyword;
        var name = (type.DeclaringType is { } outer && !type.IsGenericParameter ? $"{Name(outer)}." : $"{type.Namespace}.") + type.Name.Split('`')[0];
        return type.IsGenericType && type.Name.Contains('`', StringComparison.Ordinal) ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(double)] = "double",
        [typeof(byte)] = "byte",
    };

    [GeneratedRegex(@"^(\[[^\]]*(\[\][^\]]*)*\]\s*)+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Attributes();

    [GeneratedRegex(@"(?<type>[\w.]+|>|\])\?", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Question();
}
