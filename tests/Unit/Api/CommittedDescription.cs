using System.Text.Json;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Api;

/// <summary>The description as it lies in the repository, from which the wizard's types are made before there is an app to ask.</summary>
public sealed class CommittedDescription
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        IndentCharacter = '\t',
        IndentSize = 1,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [Fact]
    public void Docs_openapi_json_is_what_the_app_serves()
    {
        var path = Path.Combine(Repository.Folder, "docs", "openapi.json");
        var served = ApiContract.Current.Document;
        if (File.Exists(path) && JsonNode.DeepEquals(JsonNode.Parse(File.ReadAllText(path)), served))
            return;

        File.WriteAllText(path, served.ToJsonString(Indented) + "\n");
        throw new ShouldAssertException(
            "docs/openapi.json was not what the app serves. It has been written anew: look at the difference, build again (the " +
            "wizard's types come from it) and commit it."
        );
    }
}
