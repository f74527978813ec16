package plotting

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/kettek/apng"
)

// play composes the frames of an animation as a viewer does.
func play(t *testing.T, b []byte) ([]*image.RGBA, apng.APNG) {
	t.Helper()
	film, err := apng.DecodeAll(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	var out []*image.RGBA
	canvas := image.NewRGBA(film.Frames[0].Image.Bounds())
	for _, f := range film.Frames {
		b := f.Image.Bounds()
		at := image.Rect(f.XOffset, f.YOffset, f.XOffset+b.Dx(), f.YOffset+b.Dy())
		draw.Draw(canvas, at, f.Image, b.Min, draw.Src)
		shown := image.NewRGBA(canvas.Bounds())
		copy(shown.Pix, canvas.Pix)
		out = append(out, shown)
	}
	return out, film
}

func TestAnimation(t *testing.T) {
	clips := nowcastClips(2, 6, 16)
	clips[0].Frames, clips[0].Data = 4, clips[0].Data[:4*16*16]
	opt := AnimationOptions{
		Style: Style{Title: "Nowcast"}, Scale: RainScale(), Label: "Rain rate", Unit: "mm h⁻¹",
		FrameLabels: leadTimes(6), FPS: 2,
	}
	b, err := Animation(clips, opt)
	if err != nil {
		t.Fatal(err)
	}
	if *gallery != "" {
		if err := os.WriteFile(filepath.Join(*gallery, "animation.png"), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	frames, film := play(t, b)
	if len(frames) != 6 || film.LoopCount != 0 {
		t.Errorf("animation has %d frames and %d loops, want 6 and 0, which means for ever", len(frames), film.LoopCount)
	}
	for i, f := range film.Frames {
		if d := f.GetDelay(); d != 0.5 {
			t.Errorf("frame %d is shown for %g s, want 0.5", i, d)
		}
	}
	// The composed frames must be the frames that were drawn, whole.
	for i, shown := range frames {
		if i == 0 {
			continue
		}
		if bytes.Equal(shown.Pix, frames[i-1].Pix) {
			t.Errorf("frame %d shows nothing new", i)
		}
	}
	if _, err := png.Decode(bytes.NewReader(b)); err != nil {
		t.Errorf("a plain PNG reader cannot read the first frame: %v", err)
	}
	for _, i := range []int{0, 5} {
		var buf bytes.Buffer
		if err := png.Encode(&buf, frames[i]); err != nil {
			t.Fatal(err)
		}
		compareGolden(t, filepath.Join("testdata", "animation_"+string(rune('0'+i))+".png"), buf.Bytes())
		if *gallery != "" {
			_ = os.WriteFile(filepath.Join(*gallery, "animation_"+string(rune('0'+i))+".png"), buf.Bytes(), 0o644)
		}
	}
}

// What a viewer composes must be what was drawn, although only changed
// rectangles are stored.
func TestAnimationFramesAreExact(t *testing.T) {
	clips := nowcastClips(1, 5, 8)
	clips[1].Data = append([]float32(nil), clips[1].Data...)
	copy(clips[0].Data[4*64:], clips[0].Data[3*64:4*64])
	copy(clips[1].Data[4*64:], clips[1].Data[3*64:4*64])
	opt := AnimationOptions{Style: Style{DPI: 40}, FrameLabels: []string{"x", "x", "x", "x", "x"}}
	b, err := Animation(clips, opt)
	if err != nil {
		t.Fatal(err)
	}
	frames, film := play(t, b)
	if got := film.Frames[4].Image.Bounds(); got.Dx() != 1 || got.Dy() != 1 {
		t.Errorf("an unchanged frame is stored as %v, want one pixel", got)
	}
	for i := range frames {
		// The same animation cut to frame i must end on the same image.
		var cut []Clip
		for _, c := range clips {
			c.Data = append(append([]float32(nil), c.Data[i*64:(i+1)*64]...), c.Data...)
			c.Frames++
			if c.Known != nil {
				c.Known = append([]bool{c.Known[i]}, c.Known...)
			}
			cut = append(cut, c)
		}
		opt.FrameLabels = []string{"x", "x", "x", "x", "x", "x"}
		b, err := Animation(cut, opt)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := png.Decode(bytes.NewReader(b)) // the first frame, stored whole
		if err != nil {
			t.Fatal(err)
		}
		if share := differing(whole, frames[i]); share != 0 {
			t.Errorf("frame %d as composed differs from frame %d drawn whole in %g of its pixels", i, i, share)
		}
	}
}
