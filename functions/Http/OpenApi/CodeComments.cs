using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ServerlessDrives.Http;

/// <summary>What the code's own comments say of types and members, so that the API's description and the code can't drift apart.</summary>
internal sealed partial class CodeComments
{
    private readonly Dictionary<string, XElement> _members;

    private CodeComments(Dictionary<string, XElement> members) => _members = members;

    /// <summary>The comments that the compiler wrote beside the assembly; none where that file was left out.</summary>
    public static CodeComments Of(Assembly assembly)
    {
        var file = Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml");
        return new(
            File.Exists(file)
                ? XDocument
                    .Load(file)
                    .Descendants("member")
                    .DistinctBy(member => (string?)member.Attribute("name"))
                    .ToDictionary(member => (string)member.Attribute("name")!)
                : []);
    }

    public string? OfType(Type type) => Text(Find($"T:{NameOf(type)}")?.Element("summary"));

    /// <summary>Of a property's own comment, else of the record parameter that it comes from.</summary>
    public string? OfProperty(Type type, string property) =>
        Text(Find($"P:{NameOf(type)}.{property}")?.Element("summary"))
        ?? Text(Find($"T:{NameOf(type)}")?.Elements("param").FirstOrDefault(param => (string?)param.Attribute("name") == property));

    public string? OfEnumValue(Type type, string value) => Text(Find($"F:{NameOf(type)}.{value}")?.Element("summary"));

    private XElement? Find(string name) => _members.GetValueOrDefault(name);

    private static string NameOf(Type type) => (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.');

    private static string? Text(XElement? element)
    {
        if (element is null)
            return null;
        var words = string.Concat(
            element
                .Nodes()
                .Select(node =>
                    node switch
                    {
                        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
                        XElement { Name.LocalName: "see" or "paramref" } see =>
                            $"`{LastPart((string?)see.Attribute("cref") ?? (string?)see.Attribute("name") ?? "")}`",
                        XElement other => other.Value,
                        XText text => text.Value,
                        _ => "",
                    }));
        return Spaces().Replace(words, " ").Trim() is { Length: > 0 } said ? said : null;
    }

    private static string LastPart(string reference) => reference[(reference.LastIndexOfAny(['.', ':']) + 1)..];

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Spaces();
}
