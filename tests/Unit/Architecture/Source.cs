using System.Text.RegularExpressions;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace ServerlessDrives.Tests.Unit.Architecture;

/// <summary>A type of the app: where it is written and what it knows, down to the last instruction.</summary>
/// <param name="File">The file's path below <c>functions</c>.</param>
/// <param name="Knows">Full names of the types that it, or anything nested in it, refers to.</param>
internal sealed record AppType(string Name, string Namespace, string File, IReadOnlySet<string> Knows, TypeDefinition Definition)
{
    /// <summary>The folder right below <c>functions</c>; empty for the entry point and the composition root.</summary>
    public string Room => Namespace.Split('.') is [_, var room, ..] ? room : "";

    public string FileName => Path.GetFileName(File);
}

/// <summary>The app as it was compiled, joined with the files that it was written in.</summary>
internal static partial class Source
{
    public static readonly string Functions = Path.GetFullPath(Path.Combine(Repository.Folder, "functions"));

    private static readonly Lazy<IReadOnlyList<AppType>> Read = new(ReadTypes);

    public static IReadOnlyList<AppType> Types => Read.Value;

    public static IEnumerable<string> Files(string folder) =>
        Directory
            .EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file =>
                !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin" or "node_modules")
            );

    private static IReadOnlyList<AppType> ReadTypes()
    {
        var written = new Dictionary<string, string>();
        foreach (var file in Files(Functions))
        {
            var text = File.ReadAllText(file);
            var space = Namespace().Match(text).Groups["name"].Value;
            foreach (Match type in Declaration().Matches(text))
                written.TryAdd($"{space}.{type.Groups["name"].Value}", Path.GetRelativePath(Functions, file));
        }

        using var module = ModuleDefinition.ReadModule(typeof(ServerlessDrives.Http.ApiDescription).Assembly.Location);
        return [.. module.Types
            .Where(type => type.Namespace.StartsWith("ServerlessDrives", StringComparison.Ordinal))
            .Select(type => (Type: type, Plain: type.FullName.Split('`')[0]))
            .Where(type => written.ContainsKey(type.Plain))
            .Select(type => new AppType(type.Type.Name, type.Type.Namespace, written[type.Plain], Known(type.Type), type.Type))];
    }

    private static HashSet<string> Known(TypeDefinition type)
    {
        var known = new HashSet<string>();
        Collect(type, known);
        return known;
    }

    private static void Collect(TypeDefinition type, HashSet<string> known)
    {
        Add(type.BaseType, known);
        foreach (var face in type.Interfaces)
            Add(face.InterfaceType, known);
        Attributes(type, known);
        foreach (var field in type.Fields)
        {
            Add(field.FieldType, known);
            Attributes(field, known);
        }

        foreach (var property in type.Properties)
            Attributes(property, known);
        foreach (var method in type.Methods)
            Collect(method, known);
        foreach (var nested in type.NestedTypes)
            Collect(nested, known);
    }

    private static void Collect(MethodDefinition method, HashSet<string> known)
    {
        Attributes(method, known);
        Add(method.ReturnType, known);
        foreach (var parameter in method.Parameters)
        {
            Add(parameter.ParameterType, known);
            Attributes(parameter, known);
        }

        if (!method.HasBody)
            return;
        foreach (var variable in method.Body.Variables)
            Add(variable.VariableType, known);
        foreach (var caught in method.Body.ExceptionHandlers)
            Add(caught.CatchType, known);
        foreach (var instruction in method.Body.Instructions)
            Add(instruction, known);
    }

    private static void Add(Instruction instruction, HashSet<string> known)
    {
        switch (instruction.Operand)
        {
            case TypeReference type:
                Add(type, known);
                break;
            case MethodReference method:
                Add(method.DeclaringType, known);
                Add(method.ReturnType, known);
                foreach (var argument in (method as GenericInstanceMethod)?.GenericArguments ?? [])
                    Add(argument, known);
                break;
            case FieldReference field:
                Add(field.DeclaringType, known);
                Add(field.FieldType, known);
                break;
        }
    }

    private static void Add(TypeReference? type, HashSet<string> known)
    {
        switch (type)
        {
            case null or GenericParameter:
                return;
            case GenericInstanceType generic:
                foreach (var argument in generic.GenericArguments)
                    Add(argument, known);
                break;
        }

        var element = type.GetElementType();
        while (element.DeclaringType is { } outer)
            element = outer;
        // Names that the compiler made up are nobody else's.
        if (element is not GenericParameter && element.FullName[0] is not ('!' or '<'))
            known.Add(element.FullName.Split('`')[0]);
    }

    private static void Attributes(Mono.Cecil.ICustomAttributeProvider provider, HashSet<string> known)
    {
        foreach (var attribute in provider.CustomAttributes)
            Add(attribute.AttributeType, known);
    }

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Namespace();

    [GeneratedRegex(
        @"^(public |internal |sealed |static |abstract |readonly |partial |file )*"
            + @"(class|record struct|record class|record|struct|interface|enum) (?<name>\w+)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex Declaration();
}
