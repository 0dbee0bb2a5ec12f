using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Playwright;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ServerlessDrives.Tests.Browser;

/// <summary>Files are looked at in place, one after the other, and none of them gets any power.</summary>
public sealed class Previews(Browsers browsers) : EveryPage(browsers)
{
    private const string Drawing =
        """
        <svg xmlns='http://www.w3.org/2000/svg' width='300' height='200' onload='parent.ran=1'><script>parent.ran=1</script>
        <style>circle { fill: teal }</style><circle cx='150' cy='100' r='80'/></svg>
        """;

    private const string Notes =
        """
        # Notes

        Some **bold** words, [a link](https://example.com), [none](javascript:alert(1)), <img src=x onerror='window.ran=1'>

        ![a picture](https://example.com/track.png)

        | a | b |
        |---|---|
        | 1 | 2 |
        """;

    /// <summary>In the order of their names; each would run a script if it could.</summary>
    private static readonly (string Name, byte[] Content)[] Files =
    [
        ("a drawing.svg", Text(Drawing)),
        ("b letter.pdf", Pdf("Dear Sir or Madam")),
        ("c notes.md", Text(Notes)),
        ("d page.html", Text("<h1>A page</h1><script>window.ran=1</script>")),
        ("e data.json", Text("{\"claim\":4711,\"open\":true}")),
        ("f rows.csv", Text("number;name\n4711;\"Lind; Ada\"\n4712;Max")),
        ("g sound.wav", Wav()),
        ("h archive.zip", [0x50, 0x4b, 3, 4, 0, 0]),
        ("i log.txt", Text(string.Concat(Enumerable.Repeat("line after line after line\n", 12_000)))),
    ];

    [Fact]
    public async Task Each_kind_of_file_is_shown_one_after_the_other_and_nothing_in_them_runs()
    {
        using var http = await App.SignInAsync("ada");
        var drive = await ConnectAsync(http);
        var ada = await SignedInAsync();
        var asked = new List<string>();
        ada.Page.Request += (_, request) =>
        {
            if (request.Url.Contains("example.com", StringComparison.Ordinal))
                asked.Add(request.Url);
        };
        await ada.GoAsync($"/drives/{drive}/files");
        await ada.Link("a drawing.svg").ClickAsync();
        await ada.SeeAsync(ada.Dialog("a drawing.svg"));
        var image = ada.Page.GetByRole(AriaRole.Img, new() { Name = "a drawing.svg" });
        await Expect(image).ToHaveJSPropertyAsync("naturalWidth", 300);
        await Expect(ada.Button("Previous file")).ToBeDisabledAsync();
        await LookAsync(ada, "preview-image");

        await NextAsync(ada, "b letter.pdf");
        await Expect(ada.Page.GetByRole(AriaRole.Group, new() { Name = "page 1 of 1" })).ToContainTextAsync("Dear Sir or Madam");
        await LookAsync(ada, "preview-pdf");

        await NextAsync(ada, "c notes.md");
        await ada.SeeAsync(ada.Heading("Notes", exact: true));
        await Expect(ada.Link("a link")).ToHaveAttributeAsync("rel", "noopener noreferrer");
        await Expect(ada.Link("none", exact: true)).ToHaveCountAsync(0);
        await ada.SeeAsync(ada.Link("Image: a picture"));
        await LookAsync(ada, "preview-markdown");

        await NextAsync(ada, "d page.html");
        await ada.SeeTextAsync("<h1>A page</h1>");
        await NextAsync(ada, "e data.json");
        await ada.SeeTextAsync("\"claim\": 4711");
        await NextAsync(ada, "f rows.csv");
        await ada.SeeAsync(ada.Page.GetByRole(AriaRole.Cell, new() { Name = "Lind; Ada" }));
        await LookAsync(ada, "preview-table");

        await NextAsync(ada, "g sound.wav");
        await Expect(ada.Page.Locator("audio")).ToHaveJSPropertyAsync("duration", 1);
        await LookAsync(ada, "preview-audio");
        await ada.Button("Next file").ClickAsync();
        await ada.SeeTextAsync("There is no preview of this kind of file.");
        await LookAsync(ada, "preview-none");
        await ada.Button("Next file").ClickAsync();
        await ada.SeeTextAsync("Only the first 262 kB of 324 kB are shown.");
        await Expect(ada.Button("Next file")).ToBeDisabledAsync();
        await LookAsync(ada, "preview-text");

        // An address leads to the file, and leaving leads to the list.
        await ada.Page.ReloadAsync();
        await ada.SeeAsync(ada.Dialog("i log.txt"));
        await ada.SeeTextAsync("Only the first 262 kB of 324 kB are shown.");
        await ada.Page.Keyboard.PressAsync("Escape");
        await Expect(ada.Dialog("i log.txt")).ToHaveCountAsync(0);
        await ada.SeeAsync(ada.Link("c notes.md"));
        (await ada.Page.EvaluateAsync<bool>("() => 'ran' in window")).ShouldBeFalse();
        asked.ShouldBeEmpty();
        NothingIsWrong();
    }

    private static async Task NextAsync(Person person, string name)
    {
        await person.Page.Keyboard.PressAsync("ArrowRight");
        await person.SeeAsync(person.Dialog(name));
    }

    private async Task<string> ConnectAsync(HttpClient http)
    {
        var connection = await http.PostAsync(
            "/api/connections",
            new
            {
                displayName = Unique("Looked at"),
                audience = new { type = "workspace", workspaceId = "ws_claims" },
                authentication = new { method = "accessKey" },
                configuration = new
                {
                    accessKeyId = App.Administrator().DriveUser.Id,
                    secretAccessKey = App.Administrator().DriveUser.Secret,
                    bucket = "acme-documents",
                    region = "us-east-1",
                    path = $"looked-at-{Guid.NewGuid():N}",
                    encryption = new { type = "none" },
                },
            },
            HttpStatusCode.Accepted);
        var drive = (await http.UntilAsync(connection.Text("id"), "connected")).Text("driveId");
        foreach (var (name, bytes) in Files)
        {
            using var content = new ByteArrayContent(bytes);
            content.Headers.ContentType = new MediaTypeHeaderValue("text/html");
            using var stored = await http.PutAsync(
                new Uri($"/api/drives/{drive}/files/{Uri.EscapeDataString(name)}", UriKind.Relative),
                content,
                TestContext.Current.CancellationToken);
            stored.EnsureSuccessStatusCode();
        }

        return drive;
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>A page with a line of text. Readers rebuild the table of its objects, which it lacks.</summary>
    private static byte[] Pdf(string text)
    {
        var drawing = $"BT /F1 24 Tf 72 720 Td ({text}) Tj ET";
        return Text(
            $"""
            %PDF-1.4
            1 0 obj << /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >> endobj
            2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
            3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >> endobj
            4 0 obj << /Length {drawing.Length} >> stream
            {drawing}
            endstream endobj
            5 0 obj << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> endobj
            trailer << /Root 1 0 R >>
            %%EOF
            """);
    }

    /// <summary>A second of silence, 8,000 samples of 8 bits.</summary>
    private static byte[] Wav()
    {
        const int samples = 8_000;
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("RIFF"u8);
        writer.Write(36 + samples);
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write((short)1);
        writer.Write(samples);
        writer.Write(samples);
        writer.Write((short)1);
        writer.Write((short)8);
        writer.Write("data"u8);
        writer.Write(samples);
        writer.Write(Enumerable.Repeat((byte)128, samples).ToArray());
        return stream.ToArray();
    }
}
